#pragma once

#include <sys/types.h>

#include <atomic>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "core/base/clock.h"
#include "core/overhead/overhead.h"
#include "core/overhead/overhead_guard.h"

namespace loopdet {

// What recording costs this process, and what is done about it. One of the process object's.
class OverheadMeter {
 public:
  // `most`: a share of a core, see OverheadGuard.
  explicit OverheadMeter(double most) : guard_(most) {}
  OverheadMeter(const OverheadMeter&) = delete;
  OverheadMeter& operator=(const OverheadMeter&) = delete;

  // What the program's own threads add to.
  Overhead in_threads;

  // How much rarer than asked for samples are to be taken. From any thread.
  [[nodiscard]] int slower() const { return slower_.load(std::memory_order_relaxed); }
  // The same of the CPU profile, which has nothing to see while the program waits.
  [[nodiscard]] int profile_slower() const {
    return slower() * (waits_.load(std::memory_order_relaxed) ? kWaiting : 1);
  }
  void ProgramWaits(bool waits) { waits_ = waits; }
  // V8's profiler runs, and takes a sample so often. On the profiled thread.
  void ProfileEvery(MonoNanos interval) { profile_interval_ = interval; }
  // The monitor thread is this one.
  void MonitorIs(pid_t tid) { monitor_ = tid; }

  // On the monitor thread, once a second: a warning, if samples are to become rarer, or as often as before.
  std::optional<nlohmann::json> Look(MonoNanos now);

  // {hooksMs, samplesMs, ioMs, workMs, profilerMs, monitorMs, totalMs, share, slower}: since the start. From
  // any thread.
  [[nodiscard]] nlohmann::json ToJson();

 private:
  struct Threads {
    MonoNanos monitor = 0;
    MonoNanos profiler = 0;
  };
  Threads Read(MonoNanos now);

  static constexpr int kWaiting = 256;

  std::atomic<int> slower_{1};
  std::atomic<bool> waits_{false};
  std::atomic<MonoNanos> profile_interval_{0};
  std::atomic<pid_t> monitor_{0};
  std::mutex lock_;  // guards what follows
  OverheadGuard guard_;
  pid_t profiler_thread_ = 0;
  MonoNanos profiler_cpu_ = 0;      // of this one
  MonoNanos profilers_before_ = 0;  // of those that have ended
  MonoNanos looked_for_it_ = 0;
  MonoNanos process_cpu_ = 0;  // when samples were last counted
  MonoNanos interrupting_ = 0;
};

}  // namespace loopdet
