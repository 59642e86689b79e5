#include "core/overhead/overhead_guard.h"

#include <gtest/gtest.h>

namespace loopdet {
namespace {

constexpr MonoNanos kSecond = 1'000'000'000;

class OverheadGuardTest : public testing::Test {
 protected:
  // Of each second from here on, samples take the one share at their usual rate, and the rest the other. The
  // last change, if there was one.
  std::optional<OverheadGuard::Change> Run(int seconds, double samples, double rest = 0) {
    std::optional<OverheadGuard::Change> last;
    for (int i = 0; i < seconds; ++i) {
      now_ += kSecond;
      const auto taken = static_cast<MonoNanos>(samples / guard_.slower() * kSecond);
      sampling_ += taken;
      spent_ += taken + static_cast<MonoNanos>(rest * kSecond);
      if (const auto change = guard_.Look(now_, spent_, sampling_)) last = change;
    }
    return last;
  }
  OverheadGuard guard_{0.01};
  MonoNanos now_ = 5 * kSecond;
  MonoNanos spent_ = 0;
  MonoNanos sampling_ = 0;
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
  Run(300, 0.5, 0.02);
  EXPECT_EQ(guard_.slower(), OverheadGuard::kMostSlower);
}

TEST_F(OverheadGuardTest, TakesNoSamplesAwayInVain) {
  // A client that does nothing but requests: their timing alone is more than may be.
  Run(600, 0.007, 0.013);
  EXPECT_EQ(guard_.slower(), 4);
  // Nor does it make them rarer where they never were the cause.
  OverheadGuard other(0.01);
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(other.Look(i * kSecond, i * kSecond / 50, i * kSecond / 500));
}

TEST_F(OverheadGuardTest, ComesBackAsFarAsThatCostsLittleWhateverTheRestDoes) {
  Run(60, 0.04, 0.013);
  EXPECT_EQ(guard_.slower(), 16);
  Run(400, 0.007, 0.013);
  EXPECT_EQ(guard_.slower(), 4);
}

TEST_F(OverheadGuardTest, ComesBackWhereTheRestLeavesRoom) {
  Run(60, 0.007, 0.013);
  EXPECT_GT(guard_.slower(), 1);
  Run(400, 0.002, 0.004);
  EXPECT_EQ(guard_.slower(), 1);
  // And does not go to and fro.
  EXPECT_FALSE(Run(600, 0.002, 0.004).has_value());
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
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(guard.Look(i * kSecond, i * kSecond, 0).has_value());
  EXPECT_NEAR(guard.share(), 1, 1e-6);
}

}  // namespace
}  // namespace loopdet
