#include "core/stall/accounting.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace loopdet {

const char* NameOf(Cause cause) {
  switch (cause) {
    case Cause::kJs:
      return "js";
    case Cause::kGc:
      return "gc";
    case Cause::kSyscall:
      return "syscall";
    case Cause::kNative:
      return "native";
    case Cause::kStarved:
      return "starved";
    case Cause::kThrottled:
      return "throttled";
    case Cause::kStopped:
      return "stopped";
    case Cause::kUnknown:
      break;
  }
  return "unknown";
}

Accounting Accounting::Between(const Counters& before, const Counters& now, MonoNanos began) {
  Accounting sum;
  sum.wall = std::max<MonoNanos>(now.at - began, 0);
  const auto part = [&sum](MonoNanos from, MonoNanos to) {
    return std::clamp<MonoNanos>(to - from, 0, sum.wall);
  };
  // Idle time cannot grow within a turn, so all of its growth lies before the begin; the rest of that stretch
  // was busy.
  const MonoNanos stretch = std::max<MonoNanos>(began - before.at, 0);
  const MonoNanos busy_before = std::clamp<MonoNanos>(stretch - (now.idle - before.idle), 0, stretch);
  sum.cpu = part(before.cpu + busy_before, now.cpu);
  sum.run_queue = part(before.run_queue, now.run_queue);
  sum.run_queue_before = std::min(sum.run_queue, stretch);
  sum.gc = part(before.gc, now.gc);
  sum.throttled = part(before.throttled, now.throttled);
  sum.stopped = part(before.stopped, now.stopped);
  return sum;
}

Cause Accounting::CauseOf(int answered, int unanswered, int in_call) const {
  if (wall <= 0) return Cause::kUnknown;
  const bool only_in_calls = in_call > 0 && in_call == unanswered;
  const MonoNanos waited = only_in_calls ? run_queue - run_queue_before : run_queue;
  // A collection that a stop fell into has not worked meanwhile.
  const MonoNanos collecting = std::max<MonoNanos>(gc - stopped, 0);
  const MonoNanos on_cpu = std::max<MonoNanos>(cpu - collecting, 0);
  const MonoNanos off_cpu = std::max<MonoNanos>(wall - std::max(cpu, collecting) - waited - stopped, 0);
  // A throttled thread waits in the run queue, so throttling is asked first and names that wait.
  const bool is_throttled = throttled * 2 > waited;
  const std::pair<MonoNanos, Cause> shares[] = {
      {stopped, Cause::kStopped},
      {collecting, Cause::kGc},
      {is_throttled ? std::max(waited, throttled) : waited,
       is_throttled ? Cause::kThrottled : Cause::kStarved},
      {off_cpu, Cause::kSyscall},
      {on_cpu, unanswered > answered ? Cause::kNative : (answered > 0 ? Cause::kJs : Cause::kUnknown)},
  };
  return std::max_element(std::begin(shares), std::end(shares),
                          [](const auto& a, const auto& b) { return a.first < b.first; })
      ->second;
}

void to_json(nlohmann::json& json, const Accounting& accounting) {
  json = {{"wallMs", RoundMs(accounting.wall)},           {"cpuMs", RoundMs(accounting.cpu)},
          {"runQueueMs", RoundMs(accounting.run_queue)},  {"gcMs", RoundMs(accounting.gc)},
          {"throttledMs", RoundMs(accounting.throttled)}, {"stoppedMs", RoundMs(accounting.stopped)}};
}

}  // namespace loopdet
