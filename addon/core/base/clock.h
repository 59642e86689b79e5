#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace loopdet {

// Nanoseconds of CLOCK_MONOTONIC: the clock of uv_hrtime() and of V8's CPU profiler, so that their times
// compare. It does not advance while the machine is suspended.
using MonoNanos = std::int64_t;

MonoNanos MonotonicNow();
// The same as of the kernel's last tick, up to 10 ms ago: it takes a quarter of the time to read.
MonoNanos MonotonicLately();

// Time that the calling thread has had a CPU: how long something took, however many others want one.
MonoNanos ThreadCpuNow();
// Of all threads of the process.
MonoNanos ProcessCpuNow();
// Of another thread of this process, to the moment: what /proc says of one that runs is as old as its last
// tick.
MonoNanos ThreadCpuNow(pid_t tid);

constexpr double ToMs(MonoNanos nanos) {
  return static_cast<double>(nanos) / 1e6;
}

constexpr MonoNanos FromMs(double ms) {
  return static_cast<MonoNanos>(ms * 1e6);
}

// Milliseconds with three decimals: what every file and event shows.
double RoundMs(MonoNanos nanos);

// The wall-clock instant that `at` was, as ISO 8601 in UTC with milliseconds ("2026-01-31T09:08:07.123Z").
std::string IsoTime(MonoNanos at);

// Nanoseconds since 1970.
std::int64_t WallNow();
// That many, likewise. Any number.
std::string IsoWall(std::int64_t wall);

}  // namespace loopdet
