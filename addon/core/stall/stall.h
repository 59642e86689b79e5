#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/host/thread_probe.h"
#include "core/lag/heartbeat.h"
#include "core/stall/accounting.h"
#include "core/stall/stack.h"

namespace loopdet {

// What is known about one turn that became long: built while it lasts, kept when it has ended.
struct Stall {
  struct Sample {
    std::uint64_t count = 0;
    Stack stack;
  };

  TurnId turn = 0;
  MonoNanos began = 0;
  MonoNanos ended = 0;  // 0 while it lasts
  Accounting accounting;
  Cause cause = Cause::kUnknown;
  std::vector<Sample> samples;      // most often seen first once finished
  std::uint64_t other_samples = 0;  // without a stack: beyond the limit, or unplaced
  std::uint64_t unplaced = 0;       // looks after which nobody said where the thread had been
  int answered = 0;                 // by JavaScript, or it was seen to run without answering
  int answered_late = 0;            // by JavaScript, or by one of many short native calls
  int unanswered = 0;
  int in_call = 0;  // of these, with the thread in a system call
  // Of a block inside one call: the system call it sat in, or the native functions that ran, innermost first.
  std::optional<SystemCall> system_call;
  std::vector<std::string> native;
  // Synchronous operations that were seen to block: [{kind, target, method, startTime, durationMs}].
  nlohmann::json io = nlohmann::json::array();
  std::string profile_file;

  [[nodiscard]] MonoNanos DurationAt(MonoNanos now) const { return (ended != 0 ? ended : now) - began; }
  // The stack seen most often; empty if none was taken, or if it is Node's alone and does not stand for most.
  [[nodiscard]] const Stack& MainStack() const;
  // Whether it is the program's, and stands for more than is unplaced. Else ask another source.
  [[nodiscard]] bool KnowsMainStack() const;
  // What that source found, which stands for what is unplaced.
  void PutFirst(Stack stack);
  void AddUnplaced(int looks);
  // {sinceMs, durationMs (ended only), cause, samples, syscall, native, accounting, io}, with so many stacks,
  // the most frequent first, of so many frames.
  [[nodiscard]] nlohmann::json ToJson(MonoNanos now, std::size_t stacks = SIZE_MAX,
                                      std::size_t frames = SIZE_MAX) const;

 private:
  [[nodiscard]] const Sample* MostOften() const;
};

// The loop's thread as it looks from outside.
struct OutsideView {
  std::optional<SystemCall> system_call;
  std::vector<std::string> native;  // the functions that it runs, innermost first
  bool in_compiled_code = false;    // which V8 has made of JavaScript
};

struct StallLimits {
  MonoNanos threshold = 0;
  MonoNanos sample_interval = 0;
};

// Follows the turns of one loop as the monitor thread sees them, and decides when to look closer. It owns no
// thread and reads no clock: every moment comes in as an argument.
class StallTracker {
 public:
  // Beyond this many different stacks, samples are only counted.
  static constexpr std::size_t kMaxStacks = 32;
  static constexpr std::size_t kMaxOperations = 8;
  // A stall this long is written to a file, and again each time its length has doubled.
  static constexpr MonoNanos kFileAfter = 1'000'000'000;

  struct Wish {
    bool look = false;  // a sample is due: see whether the last request was answered, then request the next
    bool announce = false;  // tell the live log (a look comes first)
    bool write = false;     // write the stall file
    MonoNanos next_scan = 0;
  };

  // `now`: the counters as the first turn begins.
  StallTracker(StallLimits limits, const Counters& now) : limits_(limits), before_(now), latest_(now) {}

  // A turn is looked at when it has lasted this long: one that ends a hair after the threshold has been seen.
  [[nodiscard]] MonoNanos FirstLook() const { return limits_.threshold - limits_.threshold / 10; }

  // Samples are taken so many times rarer than the limits say.
  void SampleSlower(int times) { slower_ = times; }

  // `turn` is the loop's current turn; `busy` says since when it runs, or nothing while the loop waits.
  Wish Scan(const Counters& now, TurnId turn, const std::optional<BusyTurn>& busy);

  // A sample that JavaScript answered, which counts for the looks that found it missing too: a native call
  // answers once, when it returns. False if the turn it was asked for is over.
  // `ran`: what the thread used of a CPU from the question to the answer.
  bool AddSample(TurnId turn, Stack stack, MonoNanos ran);
  // At this look the last request was still unanswered, and from outside this was seen. Compiled code that is
  // seen twice without an answer serves no interrupts: since the request it was JavaScript that ran.
  void AddOutsideView(OutsideView seen);
  // Whether compiled code has been seen since the last request, once or more.
  [[nodiscard]] bool MayBeSilent() const { return seen_compiled_ != 0; }
  [[nodiscard]] bool IsSilent() const { return seen_compiled_ >= kSilentFrom; }

  // At this look the loop stood in this operation, {kind, target, method?, startTime, durationMs}.
  void AddBlockingOperation(const nlohmann::json& operation);

  // The turn `turn` has ended. The finished record, also for a turn that no scan met. Nothing for one that
  // was over.
  Stall Finish(TurnId turn, MonoNanos began, const Counters& now);

  // Where the time of a turn went that has ended at `now`.
  [[nodiscard]] Accounting AccountingOf(MonoNanos began, const Counters& now) const {
    return Accounting::Between(Before(began), now, began);
  }

  // The stall that is going on.
  [[nodiscard]] const std::optional<Stall>& current() const { return current_; }
  void AddProfileStack(TurnId turn, Stack stack) {
    if (current_ && current_->turn == turn) current_->PutFirst(std::move(stack));
  }
  void SetCause(Cause cause) {
    if (current_) current_->cause = cause;
  }
  void SetSystemCall(std::optional<SystemCall> call) {
    if (current_) current_->system_call = std::move(call);
  }
  void SetProfileFile(TurnId turn, const std::string& file) {
    if (current_ && current_->turn == turn) current_->profile_file = file;
  }
  // Brings cause and accounting of the current stall up to date.
  void Account(const Counters& now);
  // True, and the announcement waits for the next look: a single answer that is late may be JavaScript's,
  // whose memory has to be read anew after a rest; and a first look that is late has only asked.
  bool PutsOffAnnouncement();

 private:
  static constexpr int kSilentFrom = 2;

  void Begin(const BusyTurn& busy);
  void CountAsSilent();
  void ForgetQuestion();
  // What was last read before a turn that began then.
  [[nodiscard]] const Counters& Before(MonoNanos began) const {
    return latest_.at <= began ? latest_ : before_;
  }
  [[nodiscard]] MonoNanos SampleInterval(MonoNanos lasted) const;

  StallLimits limits_;
  int slower_ = 1;
  Counters before_;  // at the last scan before the current turn began: where its accounting starts
  Counters latest_;  // at the last scan that met no stall
  std::optional<Stall> current_;
  bool over_seen_ = false;  // the last scan found the turn of current_ over
  MonoNanos next_sample_ = 0;
  // Of the question that is open: looks that found it unanswered; of these in a system call, in compiled
  // code.
  int missed_ = 0;
  int missed_in_call_ = 0;
  int seen_compiled_ = 0;
  MonoNanos next_announcement_ = 0;
  bool announces_unknown_ = false;  // it has been put off once for that
  MonoNanos next_file_ = 0;
};

}  // namespace loopdet
