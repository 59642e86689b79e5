#pragma once

#include <atomic>

#include "core/base/clock.h"

namespace loopdet {

// How long work waits for a thread of the pool, told by probes: one at a time, each an empty piece of work.
class PoolGauge {
 public:
  static constexpr MonoNanos kBetweenProbes = 100'000'000;
  // A wait of this length means that all threads were busy; a shorter one is the threads' own waking up.
  static constexpr MonoNanos kSaturated = 10'000'000;

  // The thread that probes.
  [[nodiscard]] bool IsProbeDue(MonoNanos now) const {
    return queued_at_ == 0 && now - last_probe_ >= kBetweenProbes;
  }
  void Queued(MonoNanos now) { queued_at_ = last_probe_ = now; }
  // The probe was begun by a thread of the pool at `began`: how long it waited.
  MonoNanos Ended(MonoNanos began) {
    const MonoNanos delay = began - queued_at_;
    delay_ = delay;
    if (delay >= kSaturated) saturated_ = saturated_ + delay;
    queued_at_ = 0;
    return delay;
  }

  // Any thread. The wait of the newest probe, or of the one that still waits if that is longer.
  [[nodiscard]] MonoNanos DelayAt(MonoNanos now) const {
    const MonoNanos queued = queued_at_;
    const MonoNanos delay = delay_;
    return queued == 0 || now - queued < delay ? delay : now - queued;
  }
  // Of all probes that met a saturated pool.
  [[nodiscard]] MonoNanos SaturatedAt(MonoNanos now) const {
    const MonoNanos queued = queued_at_;
    const MonoNanos waits = queued == 0 ? 0 : now - queued;
    return saturated_ + (waits >= kSaturated ? waits : 0);
  }

 private:
  std::atomic<MonoNanos> queued_at_{0};  // 0: no probe is under way
  std::atomic<MonoNanos> delay_{0};
  std::atomic<MonoNanos> saturated_{0};
  MonoNanos last_probe_ = 0;
};

}  // namespace loopdet
