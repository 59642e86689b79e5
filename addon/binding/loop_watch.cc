#include "binding/loop_watch.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "binding/environment.h"
#include "binding/js_stack.h"
#include "binding/native_stack.h"
#include "core/profile/stall_profile.h"

namespace loopdet {

namespace {

using nlohmann::json;

// Two clocks read one after the other differ by this much at most.
constexpr MonoNanos kClockSlack = 1'000'000;
constexpr int kSampleFrames = 64;
constexpr MonoNanos kHeapEvery = 1'000'000'000;
// The last native stack of a stall is kept. Its names take half a millisecond each, the first time.
constexpr MonoNanos kNativeEvery = 50'000'000;
constexpr std::size_t kRecentEvents = 100;
// JavaScript that never takes its events (an endless loop after a lag) must not make them pile up.
constexpr std::size_t kOutgoingEvents = 200;
constexpr std::size_t kEndedStalls = 20;
constexpr MonoNanos kAskAgain = 10'000'000;
// Asking a loop for something wakes it: these turns are not the program's.
constexpr TurnId kOwnTurns = 2;
constexpr MonoNanos kIdleAfter = 2'000'000'000;
constexpr MonoNanos kRestAfter = 50'000'000;
// V8 takes 25 ms to begin a profile, a tenth of this: no start is to wait for it.
constexpr MonoNanos kProfileAfter = 250'000'000;
// Or in so large a heap: V8 walks through all of it, 1.3 to 1.7 ms for each MB (Node 20 to 26).
constexpr std::size_t kProfileHeap = std::size_t{16} << 20;
// What is done in a rest takes 5 ms, and is soon over.
constexpr MonoNanos kRestScan = 8'000'000;
// Adding a descriptor with many thousand others behind it takes the kernel a while: not for every short rest.
constexpr MonoNanos kUnobservedAfter = 1'000'000'000;
// One that waits for libuv's pool, whose delay is measured.
constexpr MonoNanos kIdleScan = 200'000'000;

void OnSampleInterrupt(v8::Isolate* /*isolate*/, void* id) {
  // By number, not by pointer: an interrupt may be served after its environment has gone.
  if (Environment* environment = Process::Find(reinterpret_cast<std::uintptr_t>(id))) {
    environment->watch().OnInterrupt();
  }
}

Stack ParseStack(const json& entries) {
  Stack stack;
  for (const json& entry : entries) {
    stack.push_back(ParseStackEntry(entry));
  }
  return stack;
}

}  // namespace

LoopWatch::LoopWatch(Process& process, napi_env env, uv_loop_t* loop, v8::Isolate* isolate,
                     std::uint64_t thread_id, std::uint64_t environment_id, MonoNanos profile_window,
                     IoWatch* io, ThreadArea* area, std::function<void(unsigned)> ask)
    : process_(process),
      env_(env),
      loop_(loop),
      isolate_(isolate),
      thread_id_(thread_id),
      environment_id_(environment_id),
      tid_(static_cast<pid_t>(syscall(SYS_gettid))),
      profile_window_(profile_window),
      io_(io),
      area_(area),
      ask_(std::move(ask)),
      meter_(MonotonicNow(), area == nullptr ? nullptr : &area->heartbeat()),
      gc_(process.seam.functions(), isolate, process.options.stall.threshold, [this] { OnCollected(); }),
      probe_(tid_),
      tracker_(process.options.stall, Read(meter_.began())) {}

json LoopWatch::PeriodJson(std::uint32_t number) const {
  const Histogram* histogram = meter_.period(number);
  if (histogram == nullptr) return {};
  json result = histogram->ToJson();
  result["stddevMs"] = RoundMs(histogram->StandardDeviation());
  return result;
}

void LoopWatch::OnPrepare() {
  if (finished_) return;
  const MonoNanos now = MonotonicNow();
  OnTurn(meter_.OnPrepare(now, static_cast<MonoNanos>(uv_metrics_idle_time(loop_))));
  CountHook(now);
}

void LoopWatch::OnCheck() {
  if (finished_) return;
  const MonoNanos now = MonotonicNow();
  const auto idle = static_cast<MonoNanos>(uv_metrics_idle_time(loop_));
  meter_.OnCheck(now, idle);
  if (waiting_.turn == meter_.turn() && meter_.began() + kClockSlack < waiting_.at) MendLostIdle(now);
  CountHook(now);
  // A timer's turn is nothing that happens on the loop's descriptor.
  if (tells_waking_.load(std::memory_order_relaxed)) {
    tells_waking_.store(false, std::memory_order_relaxed);
    process_.monitor.Wake();
  }
  if (area_ != nullptr && now - heap_shown_ >= kHeapEvery) {
    ShowHeap(now);
    process_.overhead.in_threads.Add(Overhead::kHooks, MonotonicNow() - now);
  }
}

void LoopWatch::CountHook(MonoNanos began) {
  // The clock that the hook itself has read was read before `began`: once more is what that takes.
  if (meter_.turn() % Overhead::kOneOf != 0) return;
  const MonoNanos ended = MonotonicNow();
  const MonoNanos clock = MonotonicNow() - ended;
  process_.overhead.in_threads.Add(Overhead::kHooks, (ended - began + clock) * Overhead::kOneOf);
}

// In the black box. Only this thread may ask V8, and an idle loop is not woken for it.
void LoopWatch::ShowHeap(MonoNanos now) {
  heap_shown_ = now;
  const v8::Functions& v8 = process_.seam.functions();
  if (v8.heap_statistics == nullptr) return;
  v8::HeapStatistics heap;
  v8.heap_statistics(isolate_, &heap);
  area_->SetHeap({.heap_used = heap.used,
                  .heap_limit = heap.limit,
                  .external = heap.external,
                  .gc_count = gc_.count(),
                  .gc_nanos = static_cast<std::uint64_t>(gc_.TotalAt(now))});
}

// libuv forgets the idle time of a wait that a signal interrupts (EINTR in uv__io_poll starts the count anew,
// seen in libuv 1.46 to 1.52), and the wait would look like a callback that blocked. But a turn cannot have
// begun before a moment at which the monitor saw the loop wait. What ran since then is what used a CPU or
// waited for one.
void LoopWatch::MendLostIdle(MonoNanos now) {
  const std::lock_guard guard(process_.monitor.lock());
  const ThreadProbe::Times times = probe_.ReadTimes();
  const MonoNanos ran = times.cpu - last_times_.cpu + times.run_queue - last_times_.run_queue;
  const bool stalled = tracker_.current() && tracker_.current()->turn == meter_.turn();
  meter_.BeganNotBefore(stalled ? waiting_.at.load() : std::max(waiting_.at.load(), now - ran));
}

// Whether the loop's thread sits in the wait of its own loop, whatever libuv's idle time says.
bool LoopWatch::IsWaiting() const {
  const ThreadProbe::Now seen = probe_.Look();
  if (!seen.call || seen.call->descriptor != uv_backend_fd(loop_)) return false;
  return seen.call->name == "epoll_pwait" || seen.call->name == "epoll_wait";
}

// Whether the loop has done nothing but wait since it was last looked at, if that is a while ago: also when a
// signal has taken the beginning of the wait's idle time (see MendLostIdle), for the rest of which it would
// seem to have been busy for as long as that.
bool LoopWatch::HasWaited(MonoNanos now, TurnId turn, MonoNanos idle) {
  constexpr MonoNanos kWhile = 10 * kClockSlack;
  const MonoNanos passed = now - looked_.at;
  const bool is_same = looked_.turn == turn;
  if (is_same && passed < kWhile) return false;
  const MonoNanos waited = idle - std::exchange(looked_, {now, turn, idle}).idle;
  return is_same && waited >= passed - kClockSlack;
}

void LoopWatch::OnTurn(const LagMeter::Turn& turn) {
  // What recording takes (a profile that begins, on a slow machine; a crash file as the process ends) is
  // nobody's lag.
  if (turn.duration() - SpentOwn(turn.turn) < process_.options.stall.threshold) return;
  {
    const std::lock_guard guard(process_.monitor.lock());
    const Counters counters = Read(turn.ended);
    if (MayBeLostIdle(turn, counters)) return;
    long_turns_.push_back({turn.turn, turn.began, counters});
  }
  process_.monitor.Wake();
}

// A wait too short for the monitor to have seen may have lost its idle time, too (see MendLostIdle). It then
// looks like callbacks of the poll phase that nobody saw and that hardly ran, after no wait at all.
bool LoopWatch::MayBeLostIdle(const LagMeter::Turn& turn, const Counters& counters) const {
  const MonoNanos threshold = process_.options.stall.threshold;
  if (turn.ended - turn.polled_until >= threshold || turn.waited > kClockSlack) return false;
  if (turn.duration() >= 3 * threshold) return false;
  if (tracker_.current() && tracker_.current()->turn == turn.turn) return false;
  const Accounting sum = tracker_.AccountingOf(turn.began, counters);
  return (sum.cpu + sum.run_queue) * 4 < turn.duration();
}

void LoopWatch::SpendOwn(MonoNanos time) {
  if (own_turn_ != meter_.turn()) own_spent_ = 0;
  own_turn_ = meter_.turn();
  own_spent_ += time;
  process_.overhead.in_threads.Add(Overhead::kWork, time);
}

MonoNanos LoopWatch::SpentOwn(TurnId turn) const {
  return own_turn_ == turn ? own_spent_.load() : 0;
}

void LoopWatch::Finish() {
  if (finished_) return;
  OnTurn(meter_.Finish(MonotonicNow(), static_cast<MonoNanos>(uv_metrics_idle_time(loop_))));
  finished_ = true;
  process_.monitor.ScanNow();
}

Counters LoopWatch::Read(MonoNanos now) const {
  const ThreadProbe::Times times = probe_.ReadTimes();
  Counters counters;
  counters.at = now;
  counters.idle = static_cast<MonoNanos>(uv_metrics_idle_time(loop_));
  counters.cpu = times.cpu;
  counters.run_queue = times.run_queue;
  counters.gc = gc_.TotalAt(now);
  return counters;
}

void LoopWatch::OnInterrupt() {
  const auto turn = sample_.AskedTurn();
  if (!turn) return;
  // The turn it was asked for may be over: what runs now is another story.
  if (meter_.turn() != *turn || finished_ || own_work_ != 0) return sample_.Decline();
  const MonoNanos now = MonotonicNow();
  const MonoNanos cpu = ThreadCpuNow();
  // A native call that returns to a function of ours answers there.
  Stack stack = OwnStack();
  sample_.Reply(std::move(stack), cpu, ThreadCpuNow());
  process_.overhead.in_threads.Add(Overhead::kSamples, MonotonicNow() - now);
}

MonoNanos LoopWatch::TurnBegan() const {
  const MonoNanos now = MonotonicNow();
  const auto view = meter_.heartbeat().Read();
  const auto busy =
      view ? BusyTurnOf(*view, now, static_cast<MonoNanos>(uv_metrics_idle_time(loop_))) : std::nullopt;
  if (!busy) return now;
  // As MendLostIdle has it.
  return waiting_.turn == busy->turn ? std::max(busy->began, waiting_.at.load()) : busy->began;
}

Stack LoopWatch::OwnStack() const {
  Stack stack = TakeJsStack(env_, process_.seam.functions(), kSampleFrames);
  DropCallsFrom(process_.options.own_folder, stack);
  return stack;
}

bool LoopWatch::RunsProgram() const {
  const Stack stack = TakeJsStack(env_, process_.seam.functions(), kSampleFrames);
  return IsInProgram(process_.options.own_folder, stack);
}

// What the loop's thread has answered since. With the monitor's lock held.
void LoopWatch::TakeSample() {
  auto answer = sample_.Take();
  if (!answer) return;
  looked_cpu_ = answer->ended;
  tracker_.AddSample(answer->turn, std::move(answer->stack), answer->ran);
}

void LoopWatch::SeeBlockingOperations(MonoNanos now) {
  if (io_ == nullptr) return;
  constexpr std::size_t kOperations = 20;
  json all = io_->InFlight(now, kOperations, false);
  // Kept from the moment at which one had lasted longest: the operation that blocks may be over before the
  // turn is.
  const auto longest = [](const json& list) {
    return list.empty() ? -1.0 : list.front().value("durationMs", 0.0);
  };
  if (longest(all) > longest(in_flight_)) in_flight_ = std::move(all);
  for (const json& operation : io_->InFlight(now, kOperations, true))
    tracker_.AddBlockingOperation(operation);
}

bool LoopWatch::MayUsePool() const {
  return io_ != nullptr && !finished_ && io_->MayUsePool();
}

void LoopWatch::OnPoolDelay(MonoNanos delay) {
  if (io_ == nullptr || delay < io_->options().threshold) return;
  io_->pool_delay = delay;
  Ask(kEvents);
}

void LoopWatch::ReportCollections(Deferred& deferred) {
  while (const auto pause = gc_.TakePause()) {
    json event = Event("gc", pause->ended);
    event["kind"] = pause->kind;
    event["durationMs"] = RoundMs(pause->lasted);
    deferred.emplace_back([&process = process_, event] { process.Emit(event); });
    if (outgoing_.size() < kOutgoingEvents) outgoing_.push_back(std::move(event));
    Ask(kEvents);
  }
}

MonoNanos LoopWatch::RunQueue(MonoNanos now) {
  times_ = probe_.ReadTimes();
  return times_.cpu == 0 ? now : times_.run_queue;
}

MonoNanos LoopWatch::Scan(const Counters& process, Deferred& deferred) {
  TakeSample();
  ReportCollections(deferred);
  while (!long_turns_.empty()) {
    LongTurn turn = long_turns_.front();
    long_turns_.pop_front();
    turn.counters.throttled = process.throttled;
    turn.counters.stopped = process.stopped;
    Report(turn, deferred);
  }
  const MonoNanos first_look = tracker_.FirstLook();
  const auto view = meter_.heartbeat().Read();
  // It is being written, or for the last time.
  if (!view || finished_)
    return std::min(process.at + first_look, std::max(ProfileDue(), process.at + kRestScan));

  const MonoNanos idle = static_cast<MonoNanos>(uv_metrics_idle_time(loop_));
  auto busy = BusyTurnOf(*view, process.at, idle);
  // What is ours of a turn is no stall of the program's, unless that was there before.
  if (!tracker_.current() || tracker_.current()->turn != view->turn) {
    // What is done in a rest is soon over.
    if (own_work_ != 0) return process.at + (resting_turn_ != 0 ? kRestScan : first_look);
    const MonoNanos spent = SpentOwn(view->turn);
    const MonoNanos due = busy && spent != 0 ? busy->began + spent + first_look : 0;
    if (process.at < due) return due;
  }
  if (busy && view->polling &&
      (HasWaited(process.at, view->turn, idle) || (process.at - busy->began >= first_look && IsWaiting()))) {
    busy.reset();
  }
  if (!busy) {
    waiting_.at = process.at;
    waiting_.turn = view->turn;
  }
  Counters now = process;
  now.idle = idle;
  now.gc = gc_.TotalAt(process.at);
  last_times_ = times_;
  now.cpu = last_times_.cpu;
  now.run_queue = last_times_.run_queue;
  last_view_ = *view;

  NoteIdleness(now.at, view->turn, busy && now.at - busy->began >= first_look);
  RotateProfile(now.at, view->turn);

  const TurnId stalled_turn = tracker_.current() ? tracker_.current()->turn : 0;
  tracker_.SampleSlower(process_.overhead.slower());
  if (io_ != nullptr) io_->SampleSlower(process_.overhead.slower());
  const StallTracker::Wish wish = tracker_.Scan(now, view->turn, busy);
  if (tracker_.current() && tracker_.current()->turn != stalled_turn) {
    stem_.clear();
    in_flight_ = json::array();
    announced_ = false;
    native_seen_ = 0;
  }
  if (wish.look) SeeBlockingOperations(now.at);
  if (wish.look && own_work_ == 0) {
    // Before the next request: a wait that V8 leaves to answer (Atomics.wait) is a system call all the same.
    const Stall& stall = *tracker_.current();
    const ThreadProbe::Now seen = stall.cause == Cause::kSyscall ? probe_.Look() : ThreadProbe::Now();
    if (seen.call && !stall.system_call) tracker_.SetSystemCall(seen.call);
    Look();
    // What was seen may change the cause.
    tracker_.Account(now);
    // The kernel counts a wait for the CPU when it is over: until then the thread is off the CPU, but in no
    // call.
    if (stall.cause == Cause::kSyscall && seen.activity == ThreadProbe::Activity::kRunning) {
      tracker_.SetCause(Cause::kStarved);
    }
  }
  ShowStall(now.at);
  if (wish.announce && !tracker_.PutsOffAnnouncement()) Announce(now.at, deferred);
  if (wish.write) {
    if (stem_.empty() && process_.MayWriteFile(now.at)) {
      stem_ = process_.store.NewStem(thread_id_);
      // Of a process that stood still there is nothing to see in it, and it has lost enough time.
      if (profile_window_ != 0 && tracker_.current()->cause != Cause::kStopped) Ask(kStallProfile);
    }
    if (!stem_.empty()) WriteStall(*tracker_.current(), stem_, now.at, deferred);
  }
  if (process.at >= events_due_) {
    events_due_ = INT64_MAX;
    Ask(kEvents);
  }
  MonoNanos wanted = std::min({wish.next_scan, ProfileDue(), events_due_.load()});
  // It was not in the program's code when it was asked: once more.
  if (listener_gone_ && busy) {
    Ask(kListenerGone);
    wanted = std::min(wanted, process.at + kAskAgain);
  }
  return NextScan(process.at, wanted, view->turn, !busy && view->polling);
}

// Nobody need look at a loop that waits: it wakes the monitor, by its descriptor or (timers) by OnCheck. What
// OnCheck reads is set at one look and relied on at the next, so that the hook needs no fence.
MonoNanos LoopWatch::NextScan(MonoNanos now, MonoNanos wanted, TurnId turn, bool waits) {
  const bool rests = waits && now - quiet_since_ >= kRestAfter;
  const bool is_woken = is_unobserved_ && process_.monitor.alarms() != alarms_;
  if (!rests || is_woken || MayUsePool()) {
    EndRest();
    // Not of one that wakes: libuv may not have noted yet that the wait is over.
    return rests && is_idle_ && !is_woken ? std::max(wanted, now + kIdleScan) : wanted;
  }
  if (resting_turn_ != turn) {
    EndRest();
    resting_turn_ = turn;
    if (awaits_profile_) BeginProfile(now);
    if (std::exchange(has_rested_, true)) return wanted;
    Ask(kRestWork);
    return std::min(wanted, now + kRestScan);
  }
  if (now - quiet_since_ < kUnobservedAfter) return wanted;
  if (!tells_waking_) {
    tells_waking_ = true;
    return wanted;
  }
  if (!is_unobserved_) {
    alarms_ = process_.monitor.alarms();
    is_unobserved_ = process_.monitor.WakeOn(uv_backend_fd(loop_));
  }
  return is_unobserved_ ? now + MonitorThread::kLongestSleep : wanted;
}

void LoopWatch::EndRest() {
  resting_turn_ = 0;
  tells_waking_ = false;
  if (std::exchange(is_unobserved_, false)) process_.monitor.Forget(uv_backend_fd(loop_));
}

void LoopWatch::Ask(unsigned work) {
  ++asked_;
  ask_(work);
}

// A process that waits is not to pay for samples of its waiting, nor one that wakes for a moment now and then
// for having V8 change the interval (1 ms, of the loop's thread): it has to be seen active twice within
// kIdleAfter.
void LoopWatch::NoteIdleness(MonoNanos now, TurnId turn, bool is_long) {
  // Each time the loop was asked for something it has turned once for us, or not even that.
  const std::int64_t turns = static_cast<std::int64_t>(turn) - asked_;
  // A short turn is known by its number only: it may be one that we have asked for.
  quiet_turns_ = std::min(quiet_turns_, turns);
  const bool active = is_long || turns > quiet_turns_ + static_cast<std::int64_t>(kOwnTurns);
  const bool was_quiet = now - quiet_since_ >= kIdleAfter;
  const bool idle = active ? is_idle_ && was_quiet : is_idle_ || was_quiet;
  if (active) {
    quiet_since_ = now;
    quiet_turns_ = turns;
  }
  if (std::exchange(is_idle_, idle) == idle || profile_window_ == 0) return;
  process_.overhead.ProgramWaits(idle);
  Ask(kProfileInterval);
}

// In the black box: a kill in the midst of it leaves what was known.
void LoopWatch::ShowStall(MonoNanos now) {
  constexpr MonoNanos kEvery = 100'000'000;
  if (area_ == nullptr) return;
  if (!tracker_.current() || tracker_.current()->turn != last_view_.turn) {
    if (std::exchange(stall_shown_, 0) != 0) area_->SetStall({});
    return;
  }
  if (stall_shown_ != 0 && now - stall_shown_ < kEvery) return;
  stall_shown_ = now;
  // What fits: fewer stacks, then shorter ones. Ten times a second, so that little is made in vain.
  constexpr std::pair<std::size_t, std::size_t> kStacksAndFrames[] = {
      {4, 24}, {2, 24}, {1, 24}, {1, 8}, {0, 0}};
  std::string text;
  for (const auto& [stacks, frames] : kStacksAndFrames) {
    // Not dump(): a path may be no UTF-8, and an exception here would end the process.
    text = ToText(tracker_.current()->ToJson(now, stacks, frames));
    if (text.size() <= BoxLayout::kMaxStall) break;
  }
  area_->SetStall(text);
}

// When it begins at the latest.
MonoNanos LoopWatch::ProfileDue() const {
  if (!awaits_profile_) return INT64_MAX;
  return heap_grows_ ? 0 : last_rotation_ + kProfileAfter;
}

void LoopWatch::OnCollected() {
  const v8::Functions& v8 = process_.seam.functions();
  if (!awaits_profile_ || heap_grows_ || v8.heap_statistics == nullptr) return;
  v8::HeapStatistics heap;
  v8.heap_statistics(isolate_, &heap);
  if (heap.used < kProfileHeap) return;
  heap_grows_ = true;
  process_.monitor.Wake();
}

void LoopWatch::BeginProfile(MonoNanos now) {
  awaits_profile_ = false;
  early_stalls_.clear();
  last_rotation_ = now;
  Ask(kRotateProfileNow);
}

void LoopWatch::RotateProfile(MonoNanos now, TurnId turn) {
  if (now >= ProfileDue()) return BeginProfile(now);
  if (profile_window_ == 0 || awaits_profile_ || now - last_rotation_ < profile_window_ / 2) return;
  // A loop that has not turned has given the profile nothing to forget.
  const bool stalled = tracker_.current() && now - tracker_.current()->began > profile_window_ / 2;
  if (!stalled && turn <= rotated_turn_ + kOwnTurns) return;
  last_rotation_ = now;
  rotated_turn_ = turn;
  Ask(stalled ? kRotateProfileNow : kRotateProfile);
}

void LoopWatch::Look() {
  const v8::Functions& v8 = process_.seam.functions();
  // Of a thread that gets little of a CPU, answers would use up that little: it runs for itself in between.
  const MonoNanos cpu = ThreadCpuNow(tid_);
  const bool has_run = cpu - looked_cpu_ >= process_.options.stall.sample_interval / 2;
  if (!has_run && probe_.Look().activity == ThreadProbe::Activity::kRunning) return;
  looked_cpu_ = cpu;
  // A collector does not answer, and its time is counted elsewhere.
  const bool collecting = gc_.IsCollecting();
  if ((sample_.IsUnanswered() || v8.request_interrupt == nullptr) && !collecting) {
    ThreadProbe::Now now = probe_.Look();
    const bool is_running = now.activity == ThreadProbe::Activity::kRunning;
    OutsideView seen;
    if (is_running && v8.request_interrupt != nullptr && IsNativeLookDue()) {
      seen = NativeStackOf(tid_, v8, isolate_, function_names_);
    }
    seen.system_call = std::move(now.call);
    tracker_.AddOutsideView(std::move(seen));
  }
  if (!sample_.IsFree() || v8.request_interrupt == nullptr || !process_.seam.Has("stack")) return;
  sample_.Ask(tracker_.current()->turn, cpu);
  v8.request_interrupt(isolate_, OnSampleInterrupt, reinterpret_cast<void*>(environment_id_));
}

bool LoopWatch::IsNativeLookDue() {
  if (tracker_.IsSilent()) return false;
  const MonoNanos now = MonotonicNow();
  if (!tracker_.MayBeSilent() && now - native_seen_ < kNativeEvery) return false;
  native_seen_ = now;
  return true;
}

json LoopWatch::Event(const char* kind, MonoNanos at) const {
  return {{"event", kind}, {"time", IsoTime(at)}, {"pid", getpid()}, {"threadId", thread_id_}};
}

void LoopWatch::Announce(MonoNanos now, Deferred& deferred) {
  const Stall& stall = *tracker_.current();
  json event = Event("stall", now);
  event["sinceMs"] = RoundMs(now - stall.began);
  event["cause"] = NameOf(stall.cause);
  event["stack"] = stall.MainStack();
  if (stall.system_call) event["syscall"] = *stall.system_call;
  if (!stall.native.empty()) event["native"] = stall.native;
  if (!stall.io.empty()) event["io"] = stall.io;
  deferred.emplace_back([&process = process_, event] { process.Emit(event); });
  if (!announced_ && outgoing_.size() < kOutgoingEvents) outgoing_.push_back(std::move(event));
  announced_ = true;
}

json LoopWatch::LagEvent(const Stall& stall) const {
  json event = Event("lag", stall.began);
  event["durationMs"] = RoundMs(stall.ended - stall.began);
  event["cause"] = NameOf(stall.cause);
  event["stack"] = stall.MainStack();
  if (stall.system_call) event["syscall"] = *stall.system_call;
  if (!stall.native.empty()) event["native"] = stall.native;
  if (!stall.io.empty()) event["io"] = stall.io;
  return event;
}

void LoopWatch::Report(const LongTurn& turn, Deferred& deferred) {
  const bool same = tracker_.current() && tracker_.current()->turn == turn.turn;
  std::string stem = same ? std::exchange(stem_, {}) : std::string();
  Stall stall = tracker_.Finish(turn.turn, turn.began, turn.counters);
  if (awaits_profile_) early_stalls_.push_back(stall);
  const MonoNanos ended = stall.ended;
  const MonoNanos lasted = ended - stall.began;
  if (stem.empty() && lasted >= StallTracker::kFileAfter && process_.MayWriteFile(stall.ended)) {
    stem = process_.store.NewStem(thread_id_);
  }
  if (!stem.empty()) WriteStall(stall, stem, stall.ended, deferred);

  json event = LagEvent(stall);
  recent_.emplace_back(stall.turn, event);
  if (recent_.size() > kRecentEvents) recent_.pop_front();

  // One native call answers no sample, and the JavaScript that made it may be gone before the interrupt is
  // served: then the CPU profile knows the line.
  const bool stopped = stall.cause == Cause::kStopped;
  const bool needs_stack = profile_window_ != 0 && !stopped && !stall.KnowsMainStack();
  const bool needs_file = profile_window_ != 0 && !stopped && !stem.empty() && stall.profile_file.empty();
  if (!needs_stack) deferred.emplace_back([&process = process_, event] { process.Emit(event); });
  if (needs_stack || needs_file) {
    event["pending"] = {{"turn", stall.turn},
                        {"beganUs", stall.began / 1000},
                        {"endedUs", stall.ended / 1000},
                        {"needsStack", needs_stack}};
    if (needs_file) event["pending"]["stem"] = stem;
    ended_.push_back({std::move(stall), stem, !needs_stack});
    if (ended_.size() > kEndedStalls) ended_.pop_front();
  }
  if (outgoing_.size() < kOutgoingEvents) outgoing_.push_back(std::move(event));
  if (!stopped) NoteLag(ended, lasted, deferred);
  Ask(kEvents);
}

// Many lags may be worse than a long one.
void LoopWatch::NoteLag(MonoNanos ended, MonoNanos lasted, Deferred& deferred) {
  if (!lag_storm_.Add(ended, lasted)) return;
  char seconds[16];
  std::snprintf(seconds, sizeof seconds, "%.1f", ToMs(lag_storm_.sum()) / 1000);
  const std::string message = std::to_string(lag_storm_.count()) + " turns of the loop took " + seconds +
                              " of the last " + std::to_string(LagStorm::kWindow / 1'000'000'000) +
                              " seconds";
  json event = Event("warning", ended);
  event["code"] = "lag-storm";
  event["message"] = message;
  deferred.emplace_back([&process = process_, event] { process.Emit(event); });
  if (outgoing_.size() < kOutgoingEvents) outgoing_.push_back(std::move(event));
  if (process_.options.report_lag) WantReport(message);
}

void LoopWatch::WriteStall(const Stall& stall, const std::string& stem, MonoNanos now, Deferred& deferred) {
  json document = {{"schemaVersion", 1},
                   {"kind", "stall"},
                   {"complete", stall.ended != 0},
                   {"header",
                    {{"dumpEventTime", IsoTime(now)},
                     {"processId", getpid()},
                     {"threadId", thread_id_},
                     {"container", process_.cgroup.ToJson()}}},
                   {"stall", stall.ToJson(now)}};
  document["header"].update(process_.options.identity);
  document["header"]["uptimeMs"] = RoundMs(now - process_.options.process_began);
  document["overhead"] = process_.overhead.ToJson();
  // What the program waited for, while it could not hear of it.
  if (io_ != nullptr) document["io"] = {{"inFlight", in_flight_}};
  if (!stall.profile_file.empty()) document["profile"] = {{"file", stall.profile_file}};
  // The notice comes once, with the first write of a stall that may never end.
  deferred.emplace_back(
      [&process = process_, stem, document = std::move(document), ended = stall.ended != 0] {
        process.WriteStallFile(stem, ToText(document), ended);
      });
}

std::string LoopWatch::TakeEvents() {
  const std::lock_guard guard(process_.monitor.lock());
  return ToText(std::exchange(outgoing_, json::array()));
}

void LoopWatch::Complete(TurnId turn, const json& found) {
  Deferred deferred;
  {
    const std::lock_guard guard(process_.monitor.lock());
    const auto ended =
        std::find_if(ended_.begin(), ended_.end(), [turn](const Ended& e) { return e.stall.turn == turn; });
    if (ended == ended_.end()) return;
    Stall& stall = ended->stall;
    if (const auto stack = found.find("stack");
        stack != found.end() && stack->is_array() && !stack->empty()) {
      stall.PutFirst(ParseStack(*stack));
    }
    stall.profile_file = found.value("profileFile", stall.profile_file);
    json event = LagEvent(stall);
    for (auto& [recent_turn, recent] : recent_) {
      if (recent_turn == turn) recent = event;
    }
    if (!ended->logged) deferred.emplace_back([&process = process_, event] { process.Emit(event); });
    if (!ended->stem.empty()) WriteStall(stall, ended->stem, stall.ended, deferred);
    ended_.erase(ended);
  }
  for (const auto& output : deferred) output();
}

json LoopWatch::StallToProfile() {
  const std::lock_guard guard(process_.monitor.lock());
  const auto& stall = tracker_.current();
  if (!stall || stem_.empty() || !stall->profile_file.empty() || stall->turn != meter_.turn()) return nullptr;
  return {{"turn", stall->turn},
          {"stem", stem_},
          {"beganUs", stall->began / 1000},
          {"needsStack", !stall->KnowsMainStack()}};
}

void LoopWatch::SetStallProfile(TurnId turn, const json& found) {
  const std::lock_guard guard(process_.monitor.lock());
  tracker_.SetProfileFile(turn, found.value("profileFile", ""));
  if (const auto stack = found.find("stack"); stack != found.end() && stack->is_array() && !stack->empty()) {
    tracker_.AddProfileStack(turn, ParseStack(*stack));
  }
}

json LoopWatch::LagSection() {
  process_.monitor.ScanNow();
  const std::lock_guard guard(process_.monitor.lock());
  auto events = json::array();
  // Whose events they are stands in the file's header.
  for (auto [turn, event] : recent_) {
    for (const char* key : {"event", "pid", "threadId"}) event.erase(key);
    events.push_back(std::move(event));
  }
  return {{"thresholdMs", RoundMs(process_.options.stall.threshold)},
          {"histogram", meter_.histogram().ToJson()},
          {"events", std::move(events)}};
}

json LoopWatch::StallSection() {
  const std::lock_guard guard(process_.monitor.lock());
  TakeSample();
  const MonoNanos now = MonotonicNow();
  const auto& stall = tracker_.current();
  if (!stall || stall->turn != meter_.turn()) return nullptr;
  tracker_.Account(Read(now));
  return stall->ToJson(now);
}

CpuProfile LoopWatch::StallsAsProfile() {
  // Those that have ended are reported first.
  process_.monitor.ScanNow();
  const std::lock_guard guard(process_.monitor.lock());
  TakeSample();
  std::vector<Stall> stalls(early_stalls_);
  const auto& stall = tracker_.current();
  if (stall && stall->turn == meter_.turn()) stalls.push_back(*stall);
  return ProfileOf(stalls, process_.options.process_began, MonotonicNow());
}

void LoopWatch::OnListenerGone() {
  listener_gone_ = true;
  Ask(kListenerGone);
}

void LoopWatch::OnMemoryNearLimit(const std::string& why) {
  // The main thread tells of the process.
  if (thread_id_ == 0) WantReport(why);
}

void LoopWatch::OnWarning(const json& event) {
  if (finished_ || thread_id_ != 0 || outgoing_.size() >= kOutgoingEvents) return;
  outgoing_.push_back(event);
  Ask(kEvents);
}

void LoopWatch::WantReport(const std::string& why) {
  if (finished_ || !report_reason_.empty() || !process_.MayWriteFile(MonotonicNow())) return;
  report_reason_ = why;
  Ask(kReport);
}

json LoopWatch::TakeReportReason() {
  const std::lock_guard guard(process_.monitor.lock());
  if (report_reason_.empty()) return nullptr;
  return std::exchange(report_reason_, {});
}

void LoopWatch::OnHeapSignal() {
  // The main thread's heap is the one a person means.
  if (thread_id_ == 0) Ask(kHeapSnapshot);
}

}  // namespace loopdet
