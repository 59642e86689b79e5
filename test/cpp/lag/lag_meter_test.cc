#include "core/lag/lag_meter.h"

#include <gtest/gtest.h>

namespace loopdet {
namespace {

constexpr MonoNanos kMs = 1'000'000;

TEST(LagMeter, TheMainScriptIsTheFirstTurn) {
  LagMeter meter(100 * kMs);
  const auto turn = meter.OnPrepare(180 * kMs, 0);
  EXPECT_EQ(turn.began, 100 * kMs);
  EXPECT_EQ(turn.duration(), 80 * kMs);
}

TEST(LagMeter, WaitingIsNotPartOfATurn) {
  LagMeter meter(0);
  meter.OnPrepare(10 * kMs, 0);
  // Waits 500 ms, then wakes: the check comes 1 ms after, and timers take another 4.
  meter.OnCheck(511 * kMs, 500 * kMs);
  const auto turn = meter.OnPrepare(515 * kMs, 500 * kMs);
  EXPECT_EQ(turn.began, 510 * kMs);
  EXPECT_EQ(turn.duration(), 5 * kMs);
}

TEST(LagMeter, ABlockInAPollPhaseCallbackCounts) {
  LagMeter meter(0);
  meter.OnPrepare(0, 0);
  // The wait took 100 ms; the rest of the poll phase was a thread-pool callback that blocked for 300.
  meter.OnCheck(400 * kMs, 100 * kMs);
  EXPECT_EQ(meter.OnPrepare(401 * kMs, 100 * kMs).duration(), 301 * kMs);
}

TEST(LagMeter, APollThatDoesNotWaitStartsItsTurnAtOnce) {
  LagMeter meter(0);
  meter.OnPrepare(10 * kMs, 0);
  meter.OnCheck(12 * kMs, 0);
  EXPECT_EQ(meter.OnPrepare(13 * kMs, 0).duration(), 3 * kMs);
}

TEST(LagMeter, ClocksThatDisagreeByAHairGiveNoNegativeTurn) {
  LagMeter meter(0);
  meter.OnPrepare(10 * kMs, 0);
  meter.OnCheck(20 * kMs, 11 * kMs);
  EXPECT_EQ(meter.OnPrepare(20 * kMs, 11 * kMs).duration(), 0);
}

TEST(LagMeter, FinishEndsTheTurnInProgress) {
  LagMeter meter(0);
  const auto turn = meter.Finish(70 * kMs, 0);
  EXPECT_EQ(turn.duration(), 70 * kMs);
  EXPECT_EQ(meter.histogram().count(), 1U);
}

TEST(LagMeter, ALostWaitCanBeGivenBack) {
  LagMeter meter(0);
  meter.OnPrepare(0, 0);
  meter.OnCheck(1000 * kMs, 5 * kMs);  // a signal made libuv forget 990 ms of waiting
  meter.BeganNotBefore(990 * kMs);
  EXPECT_EQ(meter.OnPrepare(1001 * kMs, 5 * kMs).duration(), 11 * kMs);
}

TEST(Heartbeat, ShowsAnOutsiderHowLongTheTurnHasBeenBusy) {
  LagMeter meter(100 * kMs);
  auto view = meter.heartbeat().Read();
  ASSERT_TRUE(view);
  auto busy = BusyTurnOf(*view, 160 * kMs, 0);
  ASSERT_TRUE(busy);
  EXPECT_EQ(busy->began, 100 * kMs);

  meter.OnPrepare(200 * kMs, 0);
  view = meter.heartbeat().Read();
  // All of the time since prepare was spent waiting.
  EXPECT_FALSE(BusyTurnOf(*view, 300 * kMs, 100 * kMs));
  // 40 ms of it were not: a callback runs.
  busy = BusyTurnOf(*view, 300 * kMs, 60 * kMs);
  ASSERT_TRUE(busy);
  EXPECT_EQ(busy->began, 260 * kMs);
  EXPECT_EQ(busy->turn, meter.turn());
}

}  // namespace
}  // namespace loopdet
