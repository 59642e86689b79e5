#pragma once

#include <algorithm>

#include "core/base/clock.h"

namespace loopdet {

// How often a crash capture may be taken, so that a program that survives its exceptions pays at most 2 % of
// its time: `try { } finally { return }` is predicted uncaught each time, and so is every exception that an
// uncaughtException handler swallows.
class CaptureBudget {
 public:
  static constexpr double kPerSecond = 5;
  static constexpr double kShare = 0.02;                // of each second
  static constexpr MonoNanos kTimeBurst = 500'000'000;  // the first captures of a process are the slow ones

  [[nodiscard]] bool Allows(MonoNanos now) {
    Refill(now);
    return captures_ >= 1 && time_ > 0;
  }
  void Spend(MonoNanos elapsed) {
    captures_ -= 1;
    time_ -= elapsed;
  }

 private:
  void Refill(MonoNanos now) {
    if (last_ != 0) {
      const MonoNanos passed = now - last_;
      captures_ = std::min(kPerSecond, captures_ + ToMs(passed) / 1000 * kPerSecond);
      time_ = std::min(kTimeBurst, time_ + static_cast<MonoNanos>(static_cast<double>(passed) * kShare));
    }
    last_ = now;
  }

  double captures_ = kPerSecond;
  MonoNanos time_ = kTimeBurst;
  MonoNanos last_ = 0;
};

}  // namespace loopdet
