#pragma once

#include <algorithm>

#include "core/base/clock.h"

namespace loopdet {

// How often a crash capture may be taken, so that a program that survives its exceptions pays at most 2 % of
// its time: `try { } finally { return }` is predicted uncaught each time, and so is every exception that an
// uncaughtException handler swallows.
class CaptureBudget {
 public:
  // `time_burst`: what it may take at once; the first captures of a process are the slow ones.
  explicit CaptureBudget(MonoNanos time_burst = kTimeBurst) : time_burst_(time_burst), time_(time_burst) {}

  static constexpr double kPerSecond = 5;
  static constexpr double kShare = 0.02;  // of each second
  static constexpr MonoNanos kTimeBurst = 500'000'000;

  [[nodiscard]] bool Allows(MonoNanos now) {
    Refill(now);
    return captures_ >= 1 && time_ > 0;
  }
  [[nodiscard]] bool IsHalfLeft() const { return time_ > time_burst_ / 2; }
  void Spend(MonoNanos elapsed) {
    captures_ -= 1;
    time_ -= elapsed;
  }

 private:
  void Refill(MonoNanos now) {
    if (last_ != 0) {
      const MonoNanos passed = now - last_;
      captures_ = std::min(kPerSecond, captures_ + ToMs(passed) / 1000 * kPerSecond);
      time_ = std::min(time_burst_, time_ + static_cast<MonoNanos>(static_cast<double>(passed) * kShare));
    }
    last_ = now;
  }

  const MonoNanos time_burst_;
  double captures_ = kPerSecond;
  MonoNanos time_;
  MonoNanos last_ = 0;
};

}  // namespace loopdet
