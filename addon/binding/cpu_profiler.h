#pragma once

#include <napi.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "binding/overhead_meter.h"
#include "core/base/clock.h"
#include "core/profile/cpu_profile.h"
#include "v8/direct_calls.h"
#include "v8/uncaught_flag.h"
#include "v8/v8_seam.h"

namespace loopdet {

// A CPU profile that is always there, once it has begun (Rotate, StartWhole). Two windows overlap inside V8's
// one profiler, so that at any moment the older one reaches back at least half a window, and none of them
// stops the sampling. Lives in one environment, on its thread; it must be gone before the isolate is.
class CpuProfiler {
 public:
  // Nothing happens if this Node lacks the feature "cpuProfile": ask before. Of a program that is new it
  // begins when asked to. A profile knows nothing of the code that was made before, but what V8 lists: no
  // loops that were optimised while they ran (OSR), no inlined functions, no regular expressions. So a late
  // one has the first two made anew, which takes a program that has run for long some time, and the third
  // listed. Of such a program, or where this Node lacks what that takes, it begins at once.
  CpuProfiler(v8::Seam& seam, v8::UncaughtFlag& flag, OverheadMeter& overhead, napi_env env,
              v8::Isolate* isolate, MonoNanos interval, bool is_program_new);
  CpuProfiler(const CpuProfiler&) = delete;
  CpuProfiler& operator=(const CpuProfiler&) = delete;
  ~CpuProfiler();

  // Samples as often as OverheadMeter says, which it does from the next window on anyway.
  void ApplyInterval();
  [[nodiscard]] bool has_begun() const { return profiler_ != nullptr; }
  // Begins; from then on, every half window: a new one begins, and the one that has reached its length is
  // thrown away.
  void Rotate();
  // The profile of the last seconds: ends the oldest window, or the newest that had begun by `since`, so that
  // a look at the last turn leaves the long one. Recording goes on. Runs no JavaScript. Nothing if it has not
  // begun, or this Node lacks what reading one takes.
  std::optional<CpuProfile> Take(std::optional<MonoNanos> since);
  // Beside the windows, one of all the time from here to there, which grows by 5 kB a second.
  void StartWhole();
  std::optional<CpuProfile> TakeWhole();

 private:
  struct Window {
    std::string title;
    MonoNanos began;
  };
  // V8's profiler, and as many windows as there always are.
  void Start();
  Window Begin();
  // V8's own; to be given back. Null if V8 did not begin it.
  v8::CpuProfile* End(const Window& window);
  void DropOldest();
  std::optional<CpuProfile> TakeFrom(const Window& window);
  [[nodiscard]] CpuProfile Read(const v8::CpuProfile* profile) const;
  [[nodiscard]] CpuProfile::Node Read(const v8::CpuProfileNode* node) const;

  v8::Seam& seam_;
  v8::UncaughtFlag& flag_;
  OverheadMeter& overhead_;
  const v8::Functions& v8_;
  const napi_env env_;
  v8::Isolate* const isolate_;
  const std::int64_t interval_;  // microseconds, as asked for
  const bool locks_once_;        // V8's log of code does
  const bool begins_late_;
  int slower_ = 1;  // times that, between samples
  std::optional<v8::DirectCalls> direct_calls_;
  v8::CpuProfiler* profiler_ = nullptr;  // nullptr: it has not begun
  std::uint64_t count_ = 0;
  std::deque<Window> windows_;  // oldest first
  std::optional<Window> whole_;
};

}  // namespace loopdet
