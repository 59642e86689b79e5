#include "core/stall/accounting.h"

#include <gtest/gtest.h>

namespace loopdet {
namespace {

constexpr MonoNanos kMs = 1'000'000;

Counters At(MonoNanos ms) {
  Counters counters;
  counters.at = ms * kMs;
  return counters;
}

// A turn of 100 ms that began at 50, with the counters read at 0.
struct Turn {
  Counters before = At(0);
  Counters now = At(150);
  Turn() { now.idle = 50 * kMs; }
  Cause CauseOf(int answered = 0, int unanswered = 0) const {
    return Accounting::Between(before, now, 50 * kMs).CauseOf(answered, unanswered);
  }
};

TEST(Accounting, TimeOnCpuWithAnsweredSamplesIsJavaScript) {
  Turn turn;
  turn.now.cpu = 98 * kMs;
  EXPECT_EQ(turn.CauseOf(5, 0), Cause::kJs);
}

TEST(Accounting, TimeOnCpuWithoutAnswersIsNative) {
  Turn turn;
  turn.now.cpu = 98 * kMs;
  EXPECT_EQ(turn.CauseOf(0, 4), Cause::kNative);
}

TEST(Accounting, TimeOnCpuNobodyLookedAtIsUnknown) {
  Turn turn;
  turn.now.cpu = 98 * kMs;
  EXPECT_EQ(turn.CauseOf(), Cause::kUnknown);
}

TEST(Accounting, TimeOffCpuIsASystemCall) {
  Turn turn;
  turn.now.cpu = 3 * kMs;
  EXPECT_EQ(turn.CauseOf(0, 5), Cause::kSyscall);
}

TEST(Accounting, CollectingIsGcAlsoWhileItWaitsForItsHelpers) {
  Turn turn;
  turn.now.cpu = 40 * kMs;
  turn.now.gc = 80 * kMs;
  EXPECT_EQ(turn.CauseOf(2, 0), Cause::kGc);
}

TEST(Accounting, WaitingForACpuIsStarved) {
  Turn turn;
  turn.now.cpu = 20 * kMs;
  turn.now.run_queue = 78 * kMs;
  EXPECT_EQ(turn.CauseOf(1, 0), Cause::kStarved);
}

// libuv counts a wake-up as idle: its wait for a CPU lies before the turn, and nobody knows how long it was.
TEST(Accounting, WhoWasSeenInACallDidNotWaitForACpu) {
  Turn turn;
  turn.now.cpu = 2 * kMs;
  turn.now.run_queue = 55 * kMs;
  const Accounting sum = Accounting::Between(turn.before, turn.now, 50 * kMs);
  EXPECT_EQ(sum.CauseOf(0, 3, 3), Cause::kSyscall);
  EXPECT_EQ(sum.CauseOf(0, 3, 2), Cause::kStarved);
}

TEST(Accounting, WaitingForQuotaIsThrottled) {
  Turn turn;
  turn.now.cpu = 20 * kMs;
  turn.now.run_queue = 78 * kMs;
  turn.now.throttled = 75 * kMs;
  EXPECT_EQ(turn.CauseOf(1, 0), Cause::kThrottled);
}

TEST(Accounting, AStandstillOfTheWholeProcessIsStopped) {
  Turn turn;
  turn.now.cpu = 2 * kMs;
  turn.now.stopped = 90 * kMs;
  EXPECT_EQ(turn.CauseOf(), Cause::kStopped);
}

TEST(Accounting, AStopWithinACollectionIsNotCollecting) {
  Turn turn;
  turn.now.stopped = 90 * kMs;
  turn.now.gc = 100 * kMs;
  EXPECT_EQ(turn.CauseOf(), Cause::kStopped);
}

TEST(Accounting, WorkOfTheTurnBeforeIsTakenOff) {
  Turn turn;
  turn.now.idle = 10 * kMs;  // 40 of the 50 ms before the turn were busy
  turn.now.cpu = 42 * kMs;   // so the turn itself hardly ran
  const Accounting sum = Accounting::Between(turn.before, turn.now, 50 * kMs);
  EXPECT_EQ(sum.cpu, 2 * kMs);
  EXPECT_EQ(sum.CauseOf(0, 3), Cause::kSyscall);
}

TEST(Accounting, NoShareExceedsTheTurn) {
  Turn turn;
  turn.now.cpu = turn.now.gc = turn.now.run_queue = turn.now.throttled = turn.now.stopped = 9999 * kMs;
  const Accounting sum = Accounting::Between(turn.before, turn.now, 50 * kMs);
  for (const MonoNanos share : {sum.cpu, sum.gc, sum.run_queue, sum.throttled, sum.stopped}) {
    EXPECT_LE(share, sum.wall);
  }
}

TEST(Accounting, EveryCauseHasItsNameOfTheInterface) {
  const std::pair<Cause, const char*> names[] = {
      {Cause::kJs, "js"},           {Cause::kGc, "gc"},           {Cause::kSyscall, "syscall"},
      {Cause::kNative, "native"},   {Cause::kStarved, "starved"}, {Cause::kThrottled, "throttled"},
      {Cause::kStopped, "stopped"}, {Cause::kUnknown, "unknown"},
  };
  for (const auto& [cause, name] : names) EXPECT_STREQ(NameOf(cause), name);
}

}  // namespace
}  // namespace loopdet
