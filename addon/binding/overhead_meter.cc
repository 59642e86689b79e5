#include "binding/overhead_meter.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/host/thread_names.h"

namespace loopdet {

namespace {

// V8 has a thread that asks for samples and sorts them, and interrupts the profiled one with a signal, whose
// handler walks the stack. The thread's time is read; the handler's cannot be, and is this much, measured
// (test/bench, Node 20 to 26).
constexpr const char* kProfilerThread = "v8:ProfEvntProc";
constexpr MonoNanos kInterruption = 6'000;
constexpr MonoNanos kLookForItEvery = 10'000'000'000;

}  // namespace

OverheadMeter::Threads OverheadMeter::Read(MonoNanos now) {
  Threads threads;
  if (const pid_t monitor = monitor_) threads.monitor = ThreadCpuNow(monitor);
  const MonoNanos interval = profile_interval_ * profile_slower();
  if (interval == 0) return threads;
  // It ends when V8 changes the interval, and another begins.
  if (profiler_thread_ != 0 && ThreadCpuNow(profiler_thread_) == 0) {
    profilers_before_ += std::exchange(profiler_cpu_, 0);
    profiler_thread_ = 0;
    looked_for_it_ = 0;
  }
  if (profiler_thread_ == 0 && (looked_for_it_ == 0 || now - looked_for_it_ > kLookForItEvery)) {
    looked_for_it_ = now;
    profiler_thread_ = FindThread(kProfilerThread);
  }
  if (profiler_thread_ != 0) profiler_cpu_ = std::max(profiler_cpu_, ThreadCpuNow(profiler_thread_));
  threads.profiler = profilers_before_ + profiler_cpu_;
  // An idle thread is not interrupted, a busy one as often as was asked for.
  const MonoNanos cpu = ProcessCpuNow();
  interrupting_ += (cpu - process_cpu_) * kInterruption / interval;
  process_cpu_ = cpu;
  threads.profiler += interrupting_;
  return threads;
}

std::optional<nlohmann::json> OverheadMeter::Look(MonoNanos now) {
  const std::lock_guard guard(lock_);
  const Threads threads = Read(now);
  const MonoNanos sampling = in_threads.Of(Overhead::kSamples) + threads.profiler;
  const auto change = guard_.Look(now, in_threads.Sum() + threads.monitor + threads.profiler, sampling);
  if (!change) return std::nullopt;
  const bool rarer = change->slower > slower_;
  slower_ = change->slower;
  char text[160];
  std::snprintf(text, sizeof text, "recording took %.1f %% of a core: samples are now taken %s",
                change->share * 100, rarer ? "half as often" : "twice as often again");
  return nlohmann::json{{"event", "warning"}, {"code", "overhead"}, {"message", text}};
}

nlohmann::json OverheadMeter::ToJson() {
  const std::lock_guard guard(lock_);
  const Threads threads = Read(MonotonicNow());
  const auto part = [this](Overhead::Part which) { return RoundMs(in_threads.Of(which)); };
  return {{"hooksMs", part(Overhead::kHooks)},
          {"samplesMs", part(Overhead::kSamples)},
          {"ioMs", part(Overhead::kIo)},
          {"workMs", part(Overhead::kWork)},
          {"profilerMs", RoundMs(threads.profiler)},
          {"monitorMs", RoundMs(threads.monitor)},
          {"totalMs", RoundMs(in_threads.Sum() + threads.profiler + threads.monitor)},
          {"share", guard_.share()},
          {"slower", slower()}};
}

}  // namespace loopdet
