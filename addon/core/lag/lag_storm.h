#pragma once

#include <algorithm>
#include <cstddef>
#include <deque>

#include "core/base/clock.h"

namespace loopdet {

// Whether lags come so thick that the loop hardly serves anybody, although none of them may last long.
class LagStorm {
 public:
  static constexpr MonoNanos kWindow = 10'000'000'000;
  // That many lags at least, and half of the time.
  static constexpr std::size_t kLags = 10;
  static constexpr MonoNanos kBegins = kWindow / 2;
  // Beneath a quarter of the time it is over, and the next one is told of.
  static constexpr MonoNanos kEnds = kWindow / 4;

  // A lag that has ended. True if a storm has begun with it.
  bool Add(MonoNanos ended, MonoNanos lasted) {
    lasted = std::min(lasted, kWindow);
    lags_.push_back({ended, lasted});
    sum_ += lasted;
    while (ended - lags_.front().ended > kWindow) {
      sum_ -= lags_.front().lasted;
      lags_.pop_front();
    }
    // The lags of a long silence are gone before this one counts.
    if (sum_ - lasted < kEnds) storms_ = false;
    if (storms_ || lags_.size() < kLags || sum_ < kBegins) return false;
    storms_ = true;
    return true;
  }

  // Of the window that ends with the last lag.
  [[nodiscard]] std::size_t count() const { return lags_.size(); }
  [[nodiscard]] MonoNanos sum() const { return sum_; }

 private:
  struct Lag {
    MonoNanos ended;
    MonoNanos lasted;
  };
  std::deque<Lag> lags_;
  MonoNanos sum_ = 0;
  bool storms_ = false;
};

}  // namespace loopdet
