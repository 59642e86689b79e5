#pragma once

#include <uv.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/status.h"
#include "core/base/unique_fd.h"
#include "core/host/cgroup.h"
#include "core/host/thread_probe.h"
#include "core/host/throttled_time.h"
#include "core/io/pool_gauge.h"
#include "core/stall/accounting.h"

namespace loopdet {

// Output that is due (a line on stderr, a file): done after the lock is released, because it may block. It
// may use what lives as long as the process object, never a watched loop.
using Deferred = std::vector<std::function<void()>>;

// A loop as the monitor thread sees it. Every call comes with the monitor's lock held, from the monitor
// thread or, at exit, from the loop's own thread.
class Watched {
 public:
  virtual ~Watched() = default;
  // What its thread has waited for a CPU so far; the Scan that follows uses what is read here. `now` where
  // the kernel does not count that.
  virtual MonoNanos RunQueue(MonoNanos now) = 0;
  // `process` holds the counters that all loops share. Returns when the next scan is due.
  virtual MonoNanos Scan(const Counters& process, Deferred& deferred) = 0;
  // The heap-snapshot signal came.
  virtual void OnHeapSignal() = 0;
  // The process nears the container's limit of memory; `why` is a sentence for a person.
  virtual void OnMemoryNearLimit(const std::string& why) = 0;
  // A warning about the process, as an event.
  virtual void OnWarning(const nlohmann::json& event) = 0;
  // Nobody listens to the live events any more.
  virtual void OnListenerGone() = 0;
  // Whether the loop may have work in libuv's thread pool.
  [[nodiscard]] virtual bool MayUsePool() const = 0;
  // Work has waited this long for a thread of the pool.
  virtual void OnPoolDelay(MonoNanos delay) = 0;
};

// The one thread of ours in a process: it looks at every watched loop when that loop could next have been
// busy for longer than the threshold, and hears a signal while all loops are blocked. It runs a libuv loop of
// its own.
class MonitorThread {
 public:
  // It looks at every loop at least so often.
  static constexpr MonoNanos kLongestSleep = 1'000'000'000;

  // `every_second`: called on the monitor thread, without the lock, at first a little after the start.
  MonitorThread(const Cgroup& cgroup, std::function<void()> every_second)
      : throttled_(cgroup), every_second_(std::move(every_second)) {}
  MonitorThread(const MonitorThread&) = delete;
  MonitorThread& operator=(const MonitorThread&) = delete;
  ~MonitorThread() { Stop(); }

  // Once in the life of the object. `heap_signal` 0: none.
  Status Start(int heap_signal);
  // Joins the thread; it does not start again. A second call does nothing.
  void Stop();

  void Add(Watched* watched);
  // After this no call to `watched` is made or in progress.
  void Remove(Watched* watched);
  // Look again at once: a long turn has ended. From any thread.
  void Wake();
  // Tells every loop that memory is nearly used up. From any thread, without the lock.
  void TellOfMemory(const std::string& why);
  void TellWarning(const nlohmann::json& event);
  void TellListenerGone();
  // Does `task` once, on the monitor thread and without the lock; not at all if the thread does not run. From
  // any thread.
  void RunSoon(std::function<void()> task);
  // One scan on the calling thread: what is finished is reported before the process goes.
  void ScanNow();

  // Looks again, once, when something has happened on this uv_backend_fd: as the loop that waits on it wakes,
  // and before its callbacks. False if the kernel does not offer that. With the lock held; Forget before the
  // descriptor is closed.
  bool WakeOn(int backend_fd);
  void Forget(int backend_fd);
  // How often something has happened on any of them. With the lock held.
  [[nodiscard]] std::uint64_t alarms() const { return alarms_; }

  std::mutex& lock() { return lock_; }
  // {size, queueDelayMs, saturatedMs} of libuv's thread pool. From any thread.
  [[nodiscard]] nlohmann::json PoolJson(MonoNanos now) const;

 private:
  void Run();
  MonoNanos ScanAll(MonoNanos now);
  void OnWake();
  void OnAlarm();
  void RunTasks();
  void NoteGap(MonoNanos now);
  void ProbePool(MonoNanos now);
  void OnProbed(bool ran);

  ThrottledTime throttled_;  // guarded by lock_
  const std::function<void()> every_second_;
  MonoNanos last_second_ = 0;
  std::mutex lock_;  // guards watched_, tasks_ and everything that Watched::Scan touches
  std::vector<Watched*> watched_;
  std::vector<std::function<void()>> tasks_;
  Counters process_;  // only `at`, `throttled` and `stopped` are used

  int heap_signal_ = 0;
  std::mutex running_lock_;  // taken after lock_
  bool running_ = false;     // wake_ may be used
  std::atomic<bool> stopping_{false};
  uv_thread_t thread_{};
  uv_loop_t loop_{};
  uv_timer_t timer_{};
  uv_async_t wake_{};
  uv_signal_t signal_{};
  // An epoll descriptor of the loops' own ones, which are pollable themselves, and what listens to it.
  UniqueFd alarm_;
  uv_poll_t alarm_poll_{};
  std::uint64_t alarms_ = 0;  // guarded by lock_
  // The monitor's own schedule, for telling a stopped process from a busy one. Only its thread uses these.
  MonoNanos expected_ = 0;
  MonoNanos own_run_queue_ = 0;
  // How long an empty piece of work waits for a thread of the pool.
  PoolGauge pool_;
  uv_work_t probe_{};
  bool probing_ = false;
  bool pool_wanted_ = false;
  std::atomic<MonoNanos> probe_began_{0};
  std::optional<ThreadProbe> own_;
};

}  // namespace loopdet
