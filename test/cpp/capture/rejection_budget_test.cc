#include "core/capture/rejection_budget.h"

#include <gtest/gtest.h>

namespace loopdet {
namespace {

constexpr MonoNanos kMs = 1'000'000;
constexpr MonoNanos kSecond = 1'000 * kMs;

TEST(RejectionBudget, AThousandLooksASecond) {
  RejectionBudget budget;
  int looks = 0;
  // The first second has what was saved, and what comes.
  for (MonoNanos now = kSecond; now < 3 * kSecond; now += kMs / 10) looks += budget.MayLook(now) ? 1 : 0;
  EXPECT_NEAR(looks, 3000, 5);
}

TEST(RejectionBudget, APlaceWhoseRejectionsAreHandledGivesWay) {
  RejectionBudget budget;
  MonoNanos now = kSecond;
  ASSERT_TRUE(budget.Allows("a", now));
  budget.Spend(60 * kMs);
  budget.Handled("a");
  now += 300 * kMs;
  EXPECT_FALSE(budget.Allows("a", now));
  EXPECT_TRUE(budget.Allows("b", now));
  // With time saved, it is looked at again.
  now += 10 * kSecond;
  EXPECT_TRUE(budget.Allows("a", now));
}

TEST(RejectionBudget, TakesLittleOfTheTime) {
  RejectionBudget budget;
  MonoNanos spent = 0;
  for (MonoNanos now = kSecond; now < 101 * kSecond; now += 10 * kMs) {
    if (!budget.Allows("a", now)) continue;
    budget.Spend(5 * kMs);
    spent += 5 * kMs;
  }
  EXPECT_LE(spent, 100 * kSecond / 50 + 110 * kMs);
}

}  // namespace
}  // namespace loopdet
