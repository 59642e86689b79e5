#include "core/capture/capture_budget.h"

#include <gtest/gtest.h>

namespace loopdet {
namespace {

constexpr MonoNanos kMs = 1'000'000;
constexpr MonoNanos kSecond = 1'000 * kMs;

// Takes every capture that is allowed, one try a millisecond; returns the time spent.
MonoNanos SpendAll(CaptureBudget& budget, MonoNanos from, MonoNanos to, MonoNanos cost, int& captures) {
  MonoNanos spent = 0;
  for (MonoNanos now = from; now < to; now += kMs) {
    if (!budget.Allows(now)) continue;
    budget.Spend(cost);
    spent += cost;
    ++captures;
  }
  return spent;
}

TEST(CaptureBudget, TheFirstCaptureIsAlwaysAllowed) {
  CaptureBudget budget;
  EXPECT_TRUE(budget.Allows(kSecond));
}

TEST(CaptureBudget, CheapCapturesAreLimitedToFiveASecond) {
  CaptureBudget budget;
  int captures = 0;
  SpendAll(budget, kSecond, 11 * kSecond, kMs / 10, captures);
  EXPECT_LE(captures, 5 + 10 * 5);
  EXPECT_GE(captures, 10 * 5);
}

TEST(CaptureBudget, DearCapturesAreLimitedToTwoPercentOfTheTime) {
  CaptureBudget budget;
  int captures = 0;
  const MonoNanos spent = SpendAll(budget, kSecond, 601 * kSecond, 100 * kMs, captures);
  EXPECT_LE(spent, CaptureBudget::kTimeBurst + 100 * kMs + 600 * kSecond / 50);
}

}  // namespace
}  // namespace loopdet
