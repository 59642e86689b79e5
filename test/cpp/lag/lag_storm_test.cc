#include "core/lag/lag_storm.h"

#include <gtest/gtest.h>

namespace loopdet {
namespace {

constexpr MonoNanos kMs = 1'000'000;
constexpr MonoNanos kSecond = 1'000 * kMs;

// Lags of `lasted`, one each `every`; how many storms begin with them.
int Storms(LagStorm& storm, int lags, MonoNanos every, MonoNanos lasted, MonoNanos& now) {
  int begun = 0;
  for (int i = 0; i < lags; ++i) {
    now += every;
    begun += storm.Add(now, lasted) ? 1 : 0;
  }
  return begun;
}

TEST(LagStormTest, HalfOfTheTimeIsOneStormHoweverLongItLasts) {
  LagStorm storm;
  MonoNanos now = 0;
  EXPECT_EQ(Storms(storm, 300, 200 * kMs, 110 * kMs, now), 1);
  EXPECT_GE(storm.sum(), LagStorm::kBegins);
}

TEST(LagStormTest, ItBeginsWithTheLagThatMakesItHalf) {
  LagStorm storm;
  MonoNanos now = 0;
  EXPECT_EQ(Storms(storm, 9, 600 * kMs, 555 * kMs, now), 0);
  EXPECT_TRUE(storm.Add(now + 600 * kMs, 555 * kMs));
  EXPECT_EQ(storm.count(), 10U);
}

TEST(LagStormTest, AFewLongLagsAreNone) {
  LagStorm storm;
  MonoNanos now = 0;
  EXPECT_EQ(Storms(storm, 9, kSecond, 900 * kMs, now), 0);
}

TEST(LagStormTest, ManyLagsOfLittleTimeAreNone) {
  LagStorm storm;
  MonoNanos now = 0;
  EXPECT_EQ(Storms(storm, 1000, 200 * kMs, 60 * kMs, now), 0);
}

TEST(LagStormTest, ALagCountsForNoMoreThanTheWindow) {
  LagStorm storm;
  storm.Add(3600 * kSecond, 3600 * kSecond);
  EXPECT_EQ(storm.sum(), LagStorm::kWindow);
}

TEST(LagStormTest, AfterACalmTheNextOneCounts) {
  LagStorm storm;
  MonoNanos now = 0;
  EXPECT_EQ(Storms(storm, 100, 200 * kMs, 150 * kMs, now), 1);
  now += 20 * kSecond;
  EXPECT_EQ(Storms(storm, 100, 200 * kMs, 150 * kMs, now), 1);
  // Less, but not calm: still the same.
  EXPECT_EQ(Storms(storm, 100, 200 * kMs, 80 * kMs, now), 0);
  EXPECT_EQ(Storms(storm, 100, 200 * kMs, 150 * kMs, now), 0);
}

}  // namespace
}  // namespace loopdet
