#pragma once

#include <node_api.h>
#include <uv.h>

#include <atomic>
#include <deque>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "binding/gc_watch.h"
#include "binding/io_watch.h"
#include "binding/monitor_thread.h"
#include "binding/native_stack.h"
#include "binding/process.h"
#include "core/host/thread_probe.h"
#include "core/lag/lag_meter.h"
#include "core/lag/lag_storm.h"
#include "core/profile/cpu_profile.h"
#include "core/stall/sample_request.h"
#include "core/stall/stall.h"

namespace loopdet {

// What the monitor thread asks the loop's own thread to do, as soon as it can run a little JavaScript of
// ours.
enum JsWork : unsigned {
  kHeapSnapshot = 1,
  kStallProfile = 2,       // the stall has lasted a second: write the CPU profile so far
  kEvents = 4,             // lag and stall events wait for TakeEvents
  kRotateProfile = 8,      // the profile's window is half over: when the loop turns
  kRotateProfileNow = 16,  // likewise, and the loop will not turn soon; or it is to begin
  kReport = 32,            // write a report, for the reason that TakeReportReason gives
  kListenerGone = 64,      // nobody listens to the live events any more
  kProfileInterval = 128,  // the profile is to be sampled as often as OverheadMeter says
  kRestWork = 256,         // the loop rests for the first time: what can be done beforehand
};

// Lag and stalls of one loop. The loop's thread measures turns; the monitor thread follows the one that
// lasts.
class LoopWatch : public Watched {
 public:
  // While one lives, the loop's thread does work of ours: the monitor takes no samples of it. On the loop's
  // thread.
  class OwnWork {
   public:
    explicit OwnWork(LoopWatch& watch) : watch_(watch) {
      if (watch_.own_work_++ == 0) watch_.own_began_ = MonotonicNow();
    }
    OwnWork(const OwnWork&) = delete;
    OwnWork& operator=(const OwnWork&) = delete;
    ~OwnWork() {
      // First: the monitor sees either that work of ours goes on or how long it took.
      if (watch_.own_work_ == 1) watch_.SpendOwn(MonotonicNow() - watch_.own_began_);
      --watch_.own_work_;
    }

   private:
    LoopWatch& watch_;
  };

  // `ask` may be called on any thread. `io` and `area` (of the black box) may be nullptr.
  LoopWatch(Process& process, napi_env env, uv_loop_t* loop, v8::Isolate* isolate, std::uint64_t thread_id,
            std::uint64_t environment_id, MonoNanos profile_window, IoWatch* io, ThreadArea* area,
            std::function<void(unsigned work)> ask);
  LoopWatch(const LoopWatch&) = delete;
  LoopWatch& operator=(const LoopWatch&) = delete;
  // The monitor has let go of it (MonitorThread::Remove).
  ~LoopWatch() override { EndRest(); }

  // On the loop's thread.
  void OnPrepare();
  void OnCheck();
  // The loop will not turn again (process exit): ends the turn in progress and reports what is finished.
  void Finish();
  // The isolate answers the monitor's request for a sample.
  void OnInterrupt();
  // What runs on this thread, but for functions of ours at the top.
  [[nodiscard]] Stack OwnStack() const;
  // Whether what runs on this thread is the program, and not we or Node's timers: see IsInProgram.
  [[nodiscard]] bool RunsProgram() const;
  // The loop's thread has been told that nobody listens any more.
  void ListenerGoneHeard() { listener_gone_ = false; }
  // The monitor asks for the `events` handler then: as soon as it looks, which it need not at a loop that
  // waits.
  void EventsDueAt(MonoNanos at) {
    // If the monitor has just asked, what is still to come is asked for again.
    if (at < events_due_) events_due_ = at;
  }
  // When the turn in progress began: what has come since then was there by now. Also in a callback of the
  // poll phase.
  [[nodiscard]] MonoNanos TurnBegan() const;
  // Events since the last call, as JSON text: [{event, ..., pending?: {turn, beganUs, endedUs, stem?,
  // needsStack}}]. One with `pending` waits for Complete.
  std::string TakeEvents();
  // What the profile knew about the turn: {stack?: [entry], profileFile?: string}.
  void Complete(TurnId turn, const nlohmann::json& found);
  // The stall that lasts: {turn, stem, beganUs, needsStack}, or null if it is over or has its profile.
  nlohmann::json StallToProfile();
  void SetStallProfile(TurnId turn, const nlohmann::json& found);

  // Why a report is wanted; null: none is.
  nlohmann::json TakeReportReason();

  // {thresholdMs, histogram, events[]} and the stall that is going on, or null.
  nlohmann::json LagSection();
  nlohmann::json StallSection();
  // What is known of the time so far while there is no CPU profile yet: the samples of its stalls.
  CpuProfile StallsAsProfile();
  nlohmann::json HistogramJson() const { return meter_.histogram().ToJson(); }
  // See LagMeter. Turns of a period as JSON, with `stddevMs`; null: it has not been started.
  void StartPeriod(std::uint32_t number) { meter_.StartPeriod(number); }
  void EndPeriod(std::uint32_t number) { meter_.EndPeriod(number); }
  [[nodiscard]] nlohmann::json PeriodJson(std::uint32_t number) const;
  GcWatch& gc() { return gc_; }

  // Watched
  MonoNanos RunQueue(MonoNanos now) override;
  MonoNanos Scan(const Counters& process, Deferred& deferred) override;
  void OnHeapSignal() override;
  void OnMemoryNearLimit(const std::string& why) override;
  void OnWarning(const nlohmann::json& event) override;
  void OnListenerGone() override;
  [[nodiscard]] bool MayUsePool() const override;
  void OnPoolDelay(MonoNanos delay) override;

 private:
  void SpendOwn(MonoNanos time);
  // What has ended of our own work in that turn.
  [[nodiscard]] MonoNanos SpentOwn(TurnId turn) const;
  void CountHook(MonoNanos began);
  struct LongTurn {
    TurnId turn;
    MonoNanos began;
    Counters counters;
  };
  // A stall that has ended, and what is still missing from it.
  struct Ended {
    Stall stall;
    std::string stem;
    bool logged;
  };

  void Ask(unsigned work);
  void OnTurn(const LagMeter::Turn& turn);
  [[nodiscard]] bool MayBeLostIdle(const LagMeter::Turn& turn, const Counters& counters) const;
  void ShowHeap(MonoNanos now);
  void MendLostIdle(MonoNanos now);
  [[nodiscard]] bool IsWaiting() const;
  bool HasWaited(MonoNanos now, TurnId turn, MonoNanos idle);
  [[nodiscard]] Counters Read(MonoNanos now) const;
  void Report(const LongTurn& turn, Deferred& deferred);
  void TakeSample();
  void SeeBlockingOperations(MonoNanos now);
  void Look();
  // If so, it is noted.
  bool IsNativeLookDue();
  void ReportCollections(Deferred& deferred);
  void ShowStall(MonoNanos now);
  [[nodiscard]] MonoNanos ProfileDue() const;
  void OnCollected();
  void BeginProfile(MonoNanos now);
  void RotateProfile(MonoNanos now, TurnId turn);
  void NoteIdleness(MonoNanos now, TurnId turn, bool is_long);
  MonoNanos NextScan(MonoNanos now, MonoNanos wanted, TurnId turn, bool waits);
  void EndRest();
  void NoteLag(MonoNanos ended, MonoNanos lasted, Deferred& deferred);
  void WantReport(const std::string& why);
  void Announce(MonoNanos now, Deferred& deferred);
  void WriteStall(const Stall& stall, const std::string& stem, MonoNanos now, Deferred& deferred);
  nlohmann::json Event(const char* kind, MonoNanos at) const;
  nlohmann::json LagEvent(const Stall& stall) const;

  Process& process_;
  napi_env env_;
  uv_loop_t* loop_;
  v8::Isolate* isolate_;
  const std::uint64_t thread_id_;
  const std::uint64_t environment_id_;
  const pid_t tid_;
  // 0: no CPU profile that could supply a stack no sample gave, and a file for long stalls.
  const MonoNanos profile_window_;
  IoWatch* const io_;
  ThreadArea* const area_;
  const std::function<void(unsigned)> ask_;

  // The loop's thread.
  LagMeter meter_;
  GcWatch gc_;
  bool finished_ = false;
  MonoNanos heap_shown_ = 0;
  std::atomic<int> own_work_{0};
  MonoNanos own_began_ = 0;
  std::atomic<MonoNanos> own_spent_{0};  // in own_turn_
  std::atomic<TurnId> own_turn_{0};

  SampleRequest sample_;

  // The loop rests, and says so when it wakes.
  std::atomic<bool> tells_waking_{false};

  // Not yet told of.
  std::atomic<bool> listener_gone_{false};
  std::atomic<MonoNanos> events_due_{INT64_MAX};

  // While the profile has not begun.
  std::atomic<bool> heap_grows_{false};

  // When the monitor last saw the loop wait.
  struct Waiting {
    std::atomic<TurnId> turn{0};
    std::atomic<MonoNanos> at{0};
  };
  Waiting waiting_;

  // Guarded by the monitor's lock.
  ThreadProbe probe_;
  FunctionNames function_names_;
  MonoNanos native_seen_ = 0;  // when the native stack of the current stall was; 0: not yet
  StallTracker tracker_;
  LagStorm lag_storm_;
  std::string report_reason_;      // empty: no report is wanted
  ThreadProbe::Times times_;       // read for this scan
  ThreadProbe::Times last_times_;  // of the last scan that saw the loop
  MonoNanos looked_cpu_ = 0;       // what the thread had used of a CPU after the last look at it
  Heartbeat::View last_view_;
  // The last look at a loop that may wait, or be busy.
  struct Looked {
    MonoNanos at = 0;
    TurnId turn = 0;
    MonoNanos idle = 0;
  };
  Looked looked_;
  MonoNanos stall_shown_ = 0;  // when, in the black box; 0: none is there
  // Nobody has been asked to begin it. The loop's thread looks at it without the lock.
  std::atomic<bool> awaits_profile_ = profile_window_ != 0;
  std::vector<Stall> early_stalls_;           // that ended before
  MonoNanos last_rotation_ = MonotonicNow();  // of the profile; before it has begun, the start
  TurnId rotated_turn_ = 0;
  MonoNanos quiet_since_ = MonotonicNow();
  std::int64_t asked_ = 0;        // how often the loop was asked for anything
  std::int64_t quiet_turns_ = 0;  // of the program, by then
  bool is_idle_ = false;
  TurnId resting_turn_ = 0;     // in which it was first seen to rest; 0: it does not
  bool has_rested_ = false;     // and was asked for kRestWork
  bool is_unobserved_ = false;  // the monitor looks at it when it wakes
  std::uint64_t alarms_ = 0;    // MonitorThread::alarms by then
  std::deque<LongTurn> long_turns_;
  std::deque<Ended> ended_;
  std::deque<std::pair<TurnId, nlohmann::json>> recent_;
  nlohmann::json outgoing_ = nlohmann::json::array();
  nlohmann::json in_flight_ = nlohmann::json::array();  // of the current stall, for its file
  std::string stem_;                                    // of the current stall's file; empty: none is written
  bool announced_ = false;
};

}  // namespace loopdet
