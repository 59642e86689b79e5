#include "core/io/pool_gauge.h"

#include <gtest/gtest.h>

namespace loopdet {
namespace {

constexpr MonoNanos kMs = 1'000'000;

TEST(PoolGaugeTest, OneProbeAtATimeAndTenASecond) {
  PoolGauge gauge;
  EXPECT_TRUE(gauge.IsProbeDue(1000 * kMs));
  gauge.Queued(1000 * kMs);
  EXPECT_FALSE(gauge.IsProbeDue(5000 * kMs));
  gauge.Ended(1001 * kMs);
  EXPECT_FALSE(gauge.IsProbeDue(1050 * kMs));
  EXPECT_TRUE(gauge.IsProbeDue(1100 * kMs));
}

TEST(PoolGaugeTest, KnowsTheWaitWhileItLasts) {
  PoolGauge gauge;
  EXPECT_EQ(gauge.DelayAt(0), 0);
  gauge.Queued(1000 * kMs);
  EXPECT_EQ(gauge.DelayAt(1300 * kMs), 300 * kMs);
  EXPECT_EQ(gauge.SaturatedAt(1300 * kMs), 300 * kMs);
  EXPECT_EQ(gauge.Ended(1400 * kMs), 400 * kMs);
  EXPECT_EQ(gauge.DelayAt(9000 * kMs), 400 * kMs);
  EXPECT_EQ(gauge.SaturatedAt(9000 * kMs), 400 * kMs);
}

TEST(PoolGaugeTest, AShortWaitIsNoSaturation) {
  PoolGauge gauge;
  gauge.Queued(1000 * kMs);
  gauge.Ended(1001 * kMs);
  EXPECT_EQ(gauge.SaturatedAt(2000 * kMs), 0);
  gauge.Queued(2000 * kMs);
  EXPECT_EQ(gauge.SaturatedAt(2001 * kMs), 0);
}

}  // namespace
}  // namespace loopdet
