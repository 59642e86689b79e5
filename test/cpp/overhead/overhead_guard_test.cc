#include "core/overhead/overhead_guard.h"

#include <gtest/gtest.h>

namespace loopdet {
namespace {

constexpr MonoNanos kSecond = 1'000'000'000;

class OverheadGuardTest : public testing::Test {
 protected:
  // Of each second from here on, that share is taken. The last change, if there was one.
  std::optional<OverheadGuard::Change> Run(int seconds, double share) {
    std::optional<OverheadGuard::Change> last;
    for (int i = 0; i < seconds; ++i) {
      now_ += kSecond;
      spent_ += static_cast<MonoNanos>(share * kSecond);
      if (const auto change = guard_.Look(now_, spent_)) last = change;
    }
    return last;
  }
  OverheadGuard guard_{0.01};
  MonoNanos now_ = 5 * kSecond;
  MonoNanos spent_ = 0;
};

TEST_F(OverheadGuardTest, LeavesSamplingAloneWhileItTakesLittle) {
  EXPECT_FALSE(Run(300, 0.009).has_value());
  EXPECT_EQ(guard_.slower(), 1);
  EXPECT_NEAR(guard_.share(), 0.009, 1e-6);
}

TEST_F(OverheadGuardTest, MakesSamplingRarerAWindowAtATimeAndNotForEver) {
  const auto change = Run(11, 0.02);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->slower, 2);
  EXPECT_NEAR(change->share, 0.02, 1e-6);
  EXPECT_FALSE(Run(9, 0.02).has_value());
  Run(300, 0.02);
  EXPECT_EQ(guard_.slower(), OverheadGuard::kMostSlower);
}

TEST_F(OverheadGuardTest, OneShortBurstIsNoReason) {
  Run(20, 0);
  EXPECT_FALSE(Run(1, 0.09).has_value());
  EXPECT_FALSE(Run(30, 0).has_value());
}

TEST_F(OverheadGuardTest, ComesBackAfterAMinuteOfCalm) {
  Run(11, 0.02);
  EXPECT_FALSE(Run(55, 0.001).has_value());
  const auto change = Run(10, 0.001);
  ASSERT_TRUE(change.has_value());
  EXPECT_EQ(change->slower, 1);
}

TEST_F(OverheadGuardTest, ZeroMeansNoLimit) {
  OverheadGuard guard(0);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(guard.Look(i * kSecond, i * kSecond).has_value());
  EXPECT_NEAR(guard.share(), 1, 1e-6);
}

}  // namespace
}  // namespace loopdet
