#include "core/stall/stall.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace loopdet {

namespace {

constexpr MonoNanos kSecond = 1'000'000'000;
// JavaScript answers at its next call or turn of a loop, a page fault or a collection later at most. What
// runs on for longer is one native call.
constexpr MonoNanos kPrompt = 500'000;
// JavaScript answers within 20 microseconds as a rule. If most answers take longer, and more than one does,
// they come out of many short native calls: each 16 KB of zlib take some 300.
constexpr MonoNanos kAtOnce = 60'000;

}  // namespace

const Stall::Sample* Stall::MostOften() const {
  const auto most = std::max_element(samples.begin(), samples.end(),
                                     [](const Sample& a, const Sample& b) { return a.count < b.count; });
  return most == samples.end() ? nullptr : &*most;
}

const Stack& Stall::MainStack() const {
  static const Stack kNone;
  const Sample* const most = MostOften();
  if (most == nullptr || (most->count < unplaced && !HasAppFrame(most->stack))) return kNone;
  return most->stack;
}

bool Stall::KnowsMainStack() const {
  const Sample* const most = MostOften();
  return most != nullptr && most->count > unplaced && HasAppFrame(most->stack);
}

void Stall::AddUnplaced(int looks) {
  unplaced += static_cast<std::uint64_t>(looks);
  other_samples += static_cast<std::uint64_t>(looks);
}

void Stall::PutFirst(Stack stack) {
  std::uint64_t count = std::exchange(unplaced, 0);
  other_samples -= count;
  const auto same = std::find_if(samples.begin(), samples.end(),
                                 [&stack](const Sample& known) { return known.stack == stack; });
  if (same != samples.end()) {
    count += same->count;
    samples.erase(same);
  }
  if (const Sample* const most = MostOften()) count = std::max(count, most->count + 1);
  samples.insert(samples.begin(), {std::max<std::uint64_t>(count, 1), std::move(stack)});
}

nlohmann::json Stall::ToJson(MonoNanos now, std::size_t most_stacks, std::size_t most_frames) const {
  std::vector<const Sample*> order;
  for (const Sample& sample : samples) order.push_back(&sample);
  std::stable_sort(order.begin(), order.end(),
                   [](const Sample* a, const Sample* b) { return a->count > b->count; });
  auto stacks = nlohmann::json::array();
  std::uint64_t others = other_samples;
  for (const Sample* sample : order) {
    if (stacks.size() == most_stacks) {
      others += sample->count;
      continue;
    }
    auto stack = nlohmann::json::array();
    for (const StackEntry& entry : sample->stack) {
      if (stack.size() < most_frames) stack.push_back(entry);
    }
    stacks.push_back({{"count", sample->count}, {"stack", std::move(stack)}});
  }
  if (others != 0) stacks.push_back({{"count", others}, {"stack", nlohmann::json::array()}});

  nlohmann::json json = {{"sinceMs", RoundMs(DurationAt(now))},
                         {"startTime", IsoTime(began)},
                         {"cause", NameOf(cause)},
                         {"samples", std::move(stacks)},
                         {"syscall", nullptr},
                         {"native", native},
                         {"accounting", accounting}};
  if (ended != 0) json["durationMs"] = RoundMs(ended - began);
  if (system_call) json["syscall"] = *system_call;
  if (!io.empty()) json["io"] = io;
  return json;
}

MonoNanos StallTracker::SampleInterval(MonoNanos lasted) const {
  // The first seconds tell the story; an endless loop need not pay for ever.
  const MonoNanos interval = limits_.sample_interval * slower_;
  if (lasted < 5 * kSecond) return interval;
  return std::max(interval, lasted < 60 * kSecond ? kSecond / 10 : kSecond);
}

void StallTracker::Begin(const BusyTurn& busy) {
  before_ = Before(busy.began);
  current_.emplace();
  current_->turn = busy.turn;
  current_->began = busy.began;
  next_sample_ = 0;
  ForgetQuestion();
  announces_unknown_ = false;
  // One sample interval after the first look, so that the first announcement can carry a stack.
  next_announcement_ = busy.began + std::max(limits_.threshold, FirstLook() + limits_.sample_interval);
  next_file_ = busy.began + kFileAfter;
}

StallTracker::Wish StallTracker::Scan(const Counters& now, TurnId turn, const std::optional<BusyTurn>& busy) {
  const MonoNanos lasted = busy ? now.at - busy->began : 0;
  // One that turned out shorter than the threshold is never finished. A longer one its own thread is about to
  // report: that has the time until the next scan.
  const bool is_over = current_ && current_->turn != turn;
  if (is_over && (over_seen_ || current_->turn + 1 < turn)) current_.reset();
  over_seen_ = is_over;
  if (lasted < FirstLook()) {
    // A finished stall that its own thread has not reported yet is left for Finish.
    if (!current_) {
      before_ = Before(busy ? busy->began : now.at);
      latest_ = now;
    }
    return {.next_scan = now.at + FirstLook() - lasted};
  }
  if (!current_ || current_->turn != busy->turn) Begin(*busy);
  Account(now);

  Wish wish;
  if (now.at >= next_sample_) {
    wish.look = true;
    next_sample_ = now.at + SampleInterval(lasted);
  }
  // Only together with a look, so that it says what was seen.
  if (wish.look && now.at >= next_announcement_) {
    wish.announce = true;
    next_announcement_ = now.at + std::max(lasted, kSecond - limits_.threshold);
  }
  if (now.at >= next_file_) {
    wish.write = true;
    next_file_ = now.at + lasted;
  }
  wish.next_scan = std::min(next_sample_, next_file_);
  return wish;
}

bool StallTracker::AddSample(TurnId turn, Stack stack, MonoNanos ran) {
  const bool was_silent = IsSilent();
  const int missed = missed_;
  ForgetQuestion();
  if (!current_ || current_->turn != turn) return false;
  // A look that found it missing has counted it already.
  if (missed == 0 && !was_silent) {
    ++(ran <= kAtOnce ? current_->answered : ran <= kPrompt ? current_->answered_late : current_->unanswered);
  }
  // Where there is no code of the program's, that may well be what ran after the call.
  const bool stands_for_missed = HasAppFrame(stack);
  if (!stands_for_missed) current_->AddUnplaced(missed);
  // Between two microtasks there is no frame to see.
  if (stack.empty()) return true;
  const auto count = static_cast<std::uint64_t>(stands_for_missed ? 1 + missed : 1);
  auto& samples = current_->samples;
  const auto same =
      std::find_if(samples.begin(), samples.end(), [&](const auto& s) { return s.stack == stack; });
  if (same != samples.end()) {
    same->count += count;
  } else if (samples.size() < kMaxStacks) {
    samples.push_back({count, std::move(stack)});
  } else {
    current_->other_samples += count;
  }
  return true;
}

void StallTracker::AddOutsideView(OutsideView seen) {
  if (!current_) return;
  if (seen.in_compiled_code) ++seen_compiled_;
  ++current_->unanswered;
  ++missed_;
  if (seen.system_call) ++current_->in_call;
  if (seen.system_call) ++missed_in_call_;
  if (IsSilent()) return CountAsSilent();
  if (seen.system_call) current_->system_call = std::move(seen.system_call);
  if (!seen.native.empty()) current_->native = std::move(seen.native);
}

void StallTracker::CountAsSilent() {
  const int silent = std::exchange(missed_, 0);
  current_->unanswered -= silent;
  current_->in_call -= std::exchange(missed_in_call_, 0);
  current_->answered += silent;
  current_->AddUnplaced(silent);
}

void StallTracker::ForgetQuestion() {
  missed_ = missed_in_call_ = seen_compiled_ = 0;
}

void StallTracker::AddBlockingOperation(const nlohmann::json& operation) {
  if (!current_) return;
  const auto same = [&operation](const nlohmann::json& known) {
    return known["kind"] == operation["kind"] && known["target"] == operation["target"] &&
           known.value("method", "") == operation.value("method", "");
  };
  const auto known = std::find_if(current_->io.begin(), current_->io.end(), same);
  if (known == current_->io.end()) {
    if (current_->io.size() < kMaxOperations) current_->io.push_back(operation);
  } else if (operation["durationMs"] > (*known)["durationMs"]) {
    *known = operation;
  }
}

void StallTracker::Account(const Counters& now) {
  if (!current_) return;
  current_->accounting = Accounting::Between(before_, now, current_->began);
  const Stall& stall = *current_;
  const bool in_short_calls = stall.answered_late > std::max(stall.answered, 1);
  const int in_javascript = stall.answered + (in_short_calls ? 0 : stall.answered_late);
  const int in_native = stall.unanswered + (in_short_calls ? stall.answered_late : 0);
  current_->cause = stall.accounting.CauseOf(in_javascript, in_native, stall.in_call);
}

bool StallTracker::PutsOffAnnouncement() {
  if (!current_) return false;
  const bool is_late = current_->cause == Cause::kNative && current_->unanswered == 1;
  const bool is_unasked = current_->cause == Cause::kUnknown && !std::exchange(announces_unknown_, true);
  if (!is_late && !is_unasked) return false;
  next_announcement_ = next_sample_;
  return true;
}

Stall StallTracker::Finish(TurnId turn, MonoNanos began, const Counters& now) {
  if (!current_ || current_->turn != turn) Begin({turn, began});
  // The loop's own measure is exact; the scan's begin was read from outside.
  current_->began = began;
  Account(now);
  Stall done = std::move(*current_);
  done.ended = now.at;
  current_.reset();
  before_ = latest_ = now;
  return done;
}

}  // namespace loopdet
