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

double RoundMs(MonoNanos nanos) {
  return std::round(ToMs(nanos) * 1000) / 1000;
}

std::string IsoTime(MonoNanos at) {
  // The offset is read anew: an anchor taken once drifts away from a wall clock that NTP or a person sets.
  const std::int64_t wall = ReadClock(CLOCK_REALTIME) - (MonotonicNow() - at);
  const auto seconds = static_cast<time_t>(wall / 1'000'000'000);
  tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  const std::size_t length = strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(wall / 1'000'000 % 1000));
  return text;
}

std::string FileTimestamp() {
  const time_t now = time(nullptr);
  tm local{};
  localtime_r(&now, &local);
  char text[32];
  strftime(text, sizeof text, "%Y%m%d.%H%M%S", &local);
  return text;
}

}  // namespace loopdet
