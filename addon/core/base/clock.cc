#include "core/base/clock.h"

#include <cmath>
#include <cstdio>
#include <ctime>

namespace loopdet {

namespace {

std::int64_t ReadClock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

MonoNanos MonotonicNow() {
  return ReadClock(CLOCK_MONOTONIC);
}

MonoNanos MonotonicLately() {
  return ReadClock(CLOCK_MONOTONIC_COARSE);
}

MonoNanos ThreadCpuNow() {
  return ReadClock(CLOCK_THREAD_CPUTIME_ID);
}

MonoNanos ProcessCpuNow() {
  return ReadClock(CLOCK_PROCESS_CPUTIME_ID);
}

MonoNanos ThreadCpuNow(pid_t tid) {
  // How the kernel names the clock of one thread's scheduler time (clock_getcpuclockid of glibc does it for
  // processes).
  constexpr int kSchedulerTimeOfThread = 6;
  const auto clock = static_cast<clockid_t>((~static_cast<unsigned>(tid) << 3U) | kSchedulerTimeOfThread);
  return ReadClock(clock);
}

std::int64_t WallNow() {
  return ReadClock(CLOCK_REALTIME);
}

double RoundMs(MonoNanos nanos) {
  return std::round(ToMs(nanos) * 1000) / 1000;
}

std::string IsoWall(std::int64_t wall) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  std::int64_t seconds = wall / kSecond;
  std::int64_t nanos = wall % kSecond;
  if (nanos < 0) {
    --seconds;
    nanos += kSecond;
  }
  const auto time = static_cast<time_t>(seconds);
  tm utc{};
  gmtime_r(&time, &utc);
  char text[64];
  const std::size_t length = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(nanos / 1'000'000));
  return text;
}

std::string IsoTime(MonoNanos at) {
  // The offset is read anew: an anchor taken once drifts away from a wall clock that NTP or a person sets.
  return IsoWall(WallNow() - (MonotonicNow() - at));
}

}  // namespace loopdet
