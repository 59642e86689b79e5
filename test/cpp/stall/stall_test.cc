#include "core/stall/stall.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace loopdet {
namespace {

constexpr MonoNanos kMs = 1'000'000;
constexpr StallLimits kLimits{50 * kMs, 10 * kMs};

Counters At(MonoNanos ms) {
  Counters counters;
  counters.at = ms * kMs;
  return counters;
}

Stack StackOf(const std::string& name) {
  return {{name, "/app/server.js", 3, 7}};
}

OutsideView InNative(const std::string& name) {
  OutsideView view;
  view.native = {name};
  return view;
}

OutsideView InCode(bool compiled) {
  OutsideView view;
  view.in_compiled_code = compiled;
  return view;
}

class StallTrackerTest : public testing::Test {
 protected:
  StallTracker::Wish ScanBusy(MonoNanos now, TurnId turn, MonoNanos began) {
    return tracker_.Scan(At(now), turn, BusyTurn{turn, began * kMs});
  }
  // For a turn that began at 0 and has computed all the while.
  bool PutsOff(MonoNanos at) {
    Counters now = At(at);
    now.cpu = at * kMs;
    tracker_.Account(now);
    return tracker_.PutsOffAnnouncement();
  }
  StallTracker tracker_{kLimits, At(0)};
};

TEST_F(StallTrackerTest, AnIdleLoopIsLookedAtBeforeItCouldReachTheThreshold) {
  const auto wish = tracker_.Scan(At(100), 1, std::nullopt);
  EXPECT_FALSE(wish.look);
  EXPECT_EQ(wish.next_scan, 145 * kMs);
}

TEST_F(StallTrackerTest, ABusyLoopIsLookedAtALittleBeforeItReachesTheThreshold) {
  const auto wish = ScanBusy(130, 1, 100);
  EXPECT_FALSE(wish.look);
  EXPECT_EQ(wish.next_scan, 145 * kMs);
  EXPECT_TRUE(ScanBusy(145, 1, 100).look);
}

TEST_F(StallTrackerTest, ATurnThatEndsAfterTheFirstLookAndBeforeTheThresholdIsForgotten) {
  EXPECT_TRUE(ScanBusy(145, 1, 100).look);
  tracker_.Scan(At(190), 2, std::nullopt);
  EXPECT_TRUE(tracker_.current().has_value());  // its thread may be about to report it
  tracker_.Scan(At(235), 2, std::nullopt);
  EXPECT_FALSE(tracker_.current().has_value());
}

TEST_F(StallTrackerTest, SamplesFromTheThresholdOnAndAnnouncesOneIntervalLater) {
  auto wish = ScanBusy(150, 1, 100);
  EXPECT_TRUE(wish.look);
  EXPECT_FALSE(wish.announce);
  EXPECT_EQ(wish.next_scan, 160 * kMs);
  wish = ScanBusy(160, 1, 100);
  EXPECT_TRUE(wish.look);
  EXPECT_TRUE(wish.announce);
  EXPECT_FALSE(ScanBusy(170, 1, 100).announce);
}

TEST_F(StallTrackerTest, AnnouncesAtTheSecondLookAndNotBeforeTheThreshold) {
  EXPECT_FALSE(ScanBusy(145, 1, 100).announce);
  EXPECT_TRUE(ScanBusy(155, 1, 100).announce);
  StallTracker often({.threshold = 50 * kMs, .sample_interval = kMs}, At(0));
  const auto announces = [&often](MonoNanos now) {
    return often.Scan(At(now), 1, BusyTurn{1, 100 * kMs}).announce;
  };
  EXPECT_FALSE(announces(145));
  EXPECT_FALSE(announces(149));
  EXPECT_TRUE(announces(150));
}

TEST_F(StallTrackerTest, AnnouncesOnlyWhatALookHasSeen) {
  ScanBusy(151, 1, 100);  // a little late, so the next look is due after the first announcement would be
  EXPECT_FALSE(ScanBusy(160, 1, 100).announce);
  const auto wish = ScanBusy(161, 1, 100);
  EXPECT_TRUE(wish.look);
  EXPECT_TRUE(wish.announce);
}

TEST_F(StallTrackerTest, AFirstAnswerThatIsLateIsNoNativeCallYet) {
  const auto look = [this](MonoNanos at) {
    const bool announces = ScanBusy(at, 1, 0).announce;
    tracker_.AddOutsideView(InNative("memcpy"));
    return announces;
  };
  EXPECT_FALSE(ScanBusy(45, 1, 0).announce);
  EXPECT_TRUE(look(55));
  EXPECT_TRUE(PutsOff(55));
  // Now it answers.
  tracker_.AddSample(1, StackOf("work"), 0);
  tracker_.AddSample(1, StackOf("work"), 0);
  EXPECT_FALSE(PutsOff(65));
  EXPECT_EQ(tracker_.current()->cause, Cause::kJs);
  // Or it does not.
  EXPECT_TRUE(look(65));
  EXPECT_FALSE(PutsOff(65));
  EXPECT_EQ(tracker_.current()->cause, Cause::kNative);
}

TEST_F(StallTrackerTest, AFirstLookThatIsLateHasOnlyAsked) {
  EXPECT_TRUE(ScanBusy(60, 1, 0).announce);
  EXPECT_TRUE(PutsOff(60));
  EXPECT_TRUE(ScanBusy(70, 1, 0).announce);
  // Nothing answers, and nothing can be seen from outside: it is told all the same.
  EXPECT_FALSE(PutsOff(70));
}

TEST_F(StallTrackerTest, IsWrittenAtOneSecondAndEachTimeItsLengthHasDoubled) {
  std::vector<MonoNanos> written;
  for (MonoNanos now = 50; now <= 9000; now += 10) {
    if (ScanBusy(now, 1, 0).write) written.push_back(now);
  }
  EXPECT_EQ(written, (std::vector<MonoNanos>{1000, 2000, 4000, 8000}));
}

TEST_F(StallTrackerTest, SamplesAnEndlessLoopLessAndLess) {
  int looks = 0;
  for (MonoNanos now = 50; now < 100'000; now += 10) looks += ScanBusy(now, 1, 0).look ? 1 : 0;
  EXPECT_GT(looks, 495 + 540);
  EXPECT_LT(looks, 495 + 560 + 50);
}

TEST_F(StallTrackerTest, AScanInTheTurnBeforeTheThresholdLosesNothing) {
  Counters now = At(100);
  now.idle = 100 * kMs;
  tracker_.Scan(now, 1, std::nullopt);  // waiting
  for (const MonoNanos ms : {147, 153, 163, 200}) {
    now.at = ms * kMs;
    now.cpu = (ms - 100) * kMs;
    tracker_.Scan(now, 1, BusyTurn{1, 100 * kMs});
  }
  EXPECT_EQ(tracker_.current()->accounting.cpu, 100 * kMs);
}

TEST_F(StallTrackerTest, CountsEqualStacksTogetherAndTheMostFrequentFirst) {
  ScanBusy(60, 1, 0);
  EXPECT_TRUE(tracker_.AddSample(1, StackOf("rare"), 0));
  EXPECT_TRUE(tracker_.AddSample(1, StackOf("hot"), 0));
  EXPECT_TRUE(tracker_.AddSample(1, StackOf("hot"), 0));
  const auto json = tracker_.Finish(1, 0, At(100)).ToJson(0);
  ASSERT_EQ(json["samples"].size(), 2U);
  EXPECT_EQ(json["samples"][0]["count"], 2);
  EXPECT_EQ(json["samples"][0]["stack"][0]["functionName"], "hot");
}

TEST_F(StallTrackerTest, ASampleOfAnotherTurnIsRefused) {
  ScanBusy(60, 1, 0);
  EXPECT_FALSE(tracker_.AddSample(2, StackOf("late"), 0));
}

TEST_F(StallTrackerTest, KeepsABoundedNumberOfStacks) {
  ScanBusy(60, 1, 0);
  for (std::size_t i = 0; i < StallTracker::kMaxStacks + 7; ++i) {
    tracker_.AddSample(1, StackOf("f" + std::to_string(i)), 0);
  }
  const Stall stall = tracker_.Finish(1, 0, At(100));
  EXPECT_EQ(stall.samples.size(), StallTracker::kMaxStacks);
  EXPECT_EQ(stall.other_samples, 7U);
}

TEST_F(StallTrackerTest, AnAnswerAsANativeCallReturnsIsNoPromptOne) {
  ScanBusy(50, 1, 0);
  // No look came between: the call ended 5 ms after the question, and had computed all the while.
  tracker_.AddSample(1, StackOf("hash"), 5 * kMs);
  Counters now = At(56);
  now.cpu = 55 * kMs;
  EXPECT_EQ(tracker_.Finish(1, 0, now).cause, Cause::kNative);
}

TEST_F(StallTrackerTest, AnswersOutOfManyShortNativeCallsAreNoJavaScript) {
  ScanBusy(50, 1, 0);
  for (int i = 0; i < 3; ++i) tracker_.AddSample(1, StackOf("gzip"), kMs / 5);
  tracker_.AddSample(1, StackOf("gzip"), kMs / 100);
  Counters now = At(70);
  now.cpu = 65 * kMs;
  EXPECT_EQ(tracker_.Finish(1, 0, now).cause, Cause::kNative);
}

TEST_F(StallTrackerTest, JavaScriptMayAnswerALittleLateNowAndThen) {
  ScanBusy(50, 1, 0);
  for (int i = 0; i < 2; ++i) tracker_.AddSample(1, StackOf("work"), kMs / 5);
  for (int i = 0; i < 3; ++i) tracker_.AddSample(1, StackOf("work"), kMs / 100);
  Counters now = At(70);
  now.cpu = 65 * kMs;
  EXPECT_EQ(tracker_.Finish(1, 0, now).cause, Cause::kJs);
}

TEST_F(StallTrackerTest, ASingleAnswerThatIsALittleLateIsJavaScripts) {
  ScanBusy(50, 1, 0);
  tracker_.AddSample(1, StackOf("work"), kMs / 5);
  Counters now = At(70);
  now.cpu = 65 * kMs;
  EXPECT_EQ(tracker_.Finish(1, 0, now).cause, Cause::kJs);
}

TEST_F(StallTrackerTest, AnAnswerThatWaitedForACpuIsAPromptOne) {
  ScanBusy(50, 1, 0);
  tracker_.AddSample(1, StackOf("work"), kMs / 20);
  Counters now = At(70);
  now.cpu = 60 * kMs;
  EXPECT_EQ(tracker_.Finish(1, 0, now).cause, Cause::kJs);
}

TEST_F(StallTrackerTest, AnAnswerOutOfANativeCallDoesNotMakeItJavaScript) {
  ScanBusy(60, 1, 0);
  tracker_.AddOutsideView(InNative("PKCS5_PBKDF2_HMAC"));
  tracker_.AddSample(1, StackOf("after"), 0);
  Counters now = At(400);
  now.cpu = 395 * kMs;
  const Stall stall = tracker_.Finish(1, 0, now);
  EXPECT_EQ(stall.cause, Cause::kNative);
  EXPECT_EQ(stall.MainStack().front().function_name, "after");
  EXPECT_EQ(stall.native.front(), "PKCS5_PBKDF2_HMAC");
}

TEST_F(StallTrackerTest, ANativeCallCountsForAsLongAsItDidNotAnswer) {
  for (MonoNanos at = 50; at < 80; at += 10) {
    ScanBusy(at, 1, 0);
    tracker_.AddSample(1, StackOf("before"), 0);
  }
  for (MonoNanos at = 80; at < 400; at += 10) {
    ScanBusy(at, 1, 0);
    tracker_.AddOutsideView(InNative("PKCS5_PBKDF2_HMAC"));
  }
  tracker_.AddSample(1, StackOf("after"), 320 * kMs);
  tracker_.AddSample(1, StackOf("last"), 0);
  const Stall stall = tracker_.Finish(1, 0, At(400));
  EXPECT_EQ(stall.MainStack().front().function_name, "after");
  EXPECT_EQ(stall.samples.at(0).count, 3);
  EXPECT_EQ(stall.samples.at(1).count, 33);
  EXPECT_EQ(stall.samples.at(2).count, 1);
}

TEST_F(StallTrackerTest, CompiledCodeThatDoesNotAnswerIsJavaScript) {
  // Half of the time in native calls that it makes.
  for (MonoNanos at = 50; at < 400; at += 10) {
    ScanBusy(at, 1, 0);
    tracker_.AddOutsideView(InCode(at % 20 == 0));
  }
  Counters now = At(400);
  now.cpu = 395 * kMs;
  const Stall stall = tracker_.Finish(1, 0, now);
  EXPECT_EQ(stall.cause, Cause::kJs);
  EXPECT_EQ(stall.other_samples, 35U);
  EXPECT_FALSE(stall.KnowsMainStack());
}

TEST_F(StallTrackerTest, CompiledCodeSeenOnceMayBeAboutToAnswer) {
  for (MonoNanos at = 50; at < 400; at += 10) {
    ScanBusy(at, 1, 0);
    tracker_.AddOutsideView(InCode(at == 390));
  }
  tracker_.AddSample(1, StackOf("hash"), 340 * kMs);
  Counters now = At(400);
  now.cpu = 395 * kMs;
  const Stall stall = tracker_.Finish(1, 0, now);
  EXPECT_EQ(stall.cause, Cause::kNative);
  EXPECT_TRUE(stall.KnowsMainStack());
  EXPECT_EQ(stall.samples.at(0).count, 36U);
}

TEST_F(StallTrackerTest, ALateAnswerDoesNotStandForJavaScriptThatWasSilent) {
  const auto be_silent = [this](MonoNanos from, MonoNanos to) {
    for (MonoNanos at = from; at < to; at += 10) {
      ScanBusy(at, 1, 0);
      tracker_.AddOutsideView(InCode(true));
    }
  };
  be_silent(50, 200);
  tracker_.AddSample(1, StackOf("loop"), 150 * kMs);
  be_silent(200, 400);
  tracker_.AddSample(1, {{"processTimers", "node:internal/timers", 5, 1}}, 200 * kMs);
  Counters now = At(400);
  now.cpu = 395 * kMs;
  Stall stall = tracker_.Finish(1, 0, now);
  EXPECT_EQ(stall.cause, Cause::kJs);
  ASSERT_EQ(stall.samples.size(), 2U);
  EXPECT_EQ(stall.samples.at(0).count, 1U);
  EXPECT_EQ(stall.other_samples, 35U);
  EXPECT_FALSE(stall.KnowsMainStack());

  stall.PutFirst(StackOf("profiled"));
  EXPECT_EQ(stall.MainStack().front().function_name, "profiled");
  EXPECT_EQ(stall.samples.at(0).count, 35U);
  EXPECT_EQ(stall.other_samples, 0U);
  EXPECT_TRUE(stall.KnowsMainStack());
  // And once more as it ends.
  stall.PutFirst(StackOf("profiled"));
  EXPECT_EQ(stall.samples.size(), 3U);
  EXPECT_EQ(stall.samples.at(0).count, 35U);
}

TEST_F(StallTrackerTest, NodesOwnCodeAfterANativeCallDoesNotStandForIt) {
  ScanBusy(50, 1, 0);
  tracker_.AddSample(1, StackOf("before"), 0);
  for (int i = 0; i < 30; ++i) tracker_.AddOutsideView(InNative("deflate"));
  tracker_.AddSample(1, {{"processTimers", "node:internal/timers", 5, 1}}, 300 * kMs);
  Counters now = At(400);
  now.cpu = 395 * kMs;
  Stall stall = tracker_.Finish(1, 0, now);
  EXPECT_EQ(stall.cause, Cause::kNative);
  EXPECT_EQ(stall.samples.at(1).count, 1U);
  EXPECT_EQ(stall.other_samples, 30U);
  EXPECT_FALSE(stall.KnowsMainStack());
  stall.PutFirst(StackOf("profiled"));
  EXPECT_EQ(stall.samples.at(0).count, 30U);
}

TEST_F(StallTrackerTest, ANativeCallAfterSilentJavaScriptIsOneAgain) {
  ScanBusy(50, 1, 0);
  for (int i = 0; i < 3; ++i) tracker_.AddOutsideView(InCode(true));
  tracker_.AddSample(1, StackOf("loop"), 30 * kMs);
  EXPECT_FALSE(tracker_.MayBeSilent());
  for (int i = 0; i < 30; ++i) tracker_.AddOutsideView(InNative("deflate"));
  Counters now = At(400);
  now.cpu = 395 * kMs;
  EXPECT_EQ(tracker_.Finish(1, 0, now).cause, Cause::kNative);
}

TEST_F(StallTrackerTest, ATurnThatNoScanMetIsFinishedToo) {
  const Stall stall = tracker_.Finish(9, 100 * kMs, At(180));
  EXPECT_EQ(stall.ended - stall.began, 80 * kMs);
  EXPECT_TRUE(stall.MainStack().empty());
}

TEST_F(StallTrackerTest, AStallThatTurnedOutShortIsForgotten) {
  ScanBusy(51, 1, 0);
  ASSERT_TRUE(tracker_.current());
  tracker_.Scan(At(60), 3, std::nullopt);
  EXPECT_FALSE(tracker_.current());
}

TEST_F(StallTrackerTest, WhileItLastsItHasNoDuration) {
  ScanBusy(60, 1, 0);
  EXPECT_FALSE(tracker_.current()->ToJson(60 * kMs).contains("durationMs"));
  const auto json = tracker_.Finish(1, 0, At(100)).ToJson(0);
  EXPECT_EQ(json["durationMs"], 100.0);
  EXPECT_TRUE(json["syscall"].is_null());
}

TEST(Stack, TheProgramsOwnFrameIsTheOneToShow) {
  const Stack stack = {
      {"readSync", "node:fs", 1, 1}, {"lib", "/app/node_modules/x/i.js", 1, 1}, {"mine", "/app/a.js", 1, 1}};
  EXPECT_EQ(FrameToShow(stack)->function_name, "mine");
  EXPECT_EQ(FrameToShow({stack[0]})->function_name, "readSync");
  EXPECT_EQ(FrameToShow({}), nullptr);
}

TEST(Stall, ShowsSoManyStacksOfSoManyFrames) {
  const StackEntry loop{"loop", "/app/a.js", 3, 1};
  const StackEntry main{"main", "/app/a.js", 9, 1};
  Stall stall;
  stall.samples = {{1, {loop}}, {3, {loop, main}}, {2, {main}}};
  stall.other_samples = 4;
  const auto json = stall.ToJson(0, 2, 1)["samples"];
  ASSERT_EQ(json.size(), 3U);
  EXPECT_EQ(json[0]["count"], 3);
  EXPECT_EQ(json[0]["stack"].size(), 1U);
  EXPECT_EQ(json[1]["count"], 2);
  EXPECT_EQ(json[2]["count"], 5);
  EXPECT_EQ(json[2]["stack"].size(), 0U);
}

}  // namespace
}  // namespace loopdet
