#pragma once

#include <nlohmann/json_fwd.hpp>

#include "core/base/clock.h"

namespace loopdet {

// Counters that only grow, read from outside the watched thread at one moment. A difference of two says where
// the time between them went.
struct Counters {
  MonoNanos at = 0;
  MonoNanos idle = 0;       // the loop waited (uv_metrics_idle_time)
  MonoNanos cpu = 0;        // the thread ran on a CPU
  MonoNanos run_queue = 0;  // the thread was ready, and the CPU was given to others
  MonoNanos gc = 0;         // in garbage collections of this isolate
  MonoNanos throttled = 0;  // the cgroup was out of CPU quota
  MonoNanos stopped = 0;    // no thread of the process ran, and none was ready (SIGSTOP, frozen machine)
};

// Why a turn took long: the values of `cause` in every file and event.
enum class Cause { kJs, kGc, kSyscall, kNative, kStarved, kThrottled, kStopped, kUnknown };
const char* NameOf(Cause cause);

// Where the wall time of one turn went.
struct Accounting {
  MonoNanos wall = 0;
  MonoNanos cpu = 0;
  MonoNanos run_queue = 0;
  MonoNanos run_queue_before = 0;  // at most so much of it lies before the turn
  MonoNanos gc = 0;
  MonoNanos throttled = 0;
  MonoNanos stopped = 0;

  // A turn from `began` to `now.at`; `before` was read at or before its begin. What ran between `before` and
  // the begin is taken off; what waited for a CPU cannot be, because libuv counts a wake-up as idle.
  static Accounting Between(const Counters& before, const Counters& now, MonoNanos began);
  // The largest share wins. `answered` and `unanswered` count the stack samples that JavaScript did and did
  // not answer: they tell JavaScript from one long native call. Of the latter, `in_call` found the thread in
  // a system call, where it waits for no CPU.
  [[nodiscard]] Cause CauseOf(int answered, int unanswered, int in_call = 0) const;
};

// {wallMs, cpuMs, runQueueMs, gcMs, throttledMs, stoppedMs}
void to_json(nlohmann::json& json, const Accounting& accounting);

}  // namespace loopdet
