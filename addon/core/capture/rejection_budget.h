#pragma once

#include <algorithm>
#include <string>
#include <unordered_set>

#include "core/base/clock.h"
#include "core/capture/capture_budget.h"

namespace loopdet {

// Which rejections are captured, of the many that nobody handles yet. Most of them are handled a moment later
// (`await` of a function that throws at once), and then so are the next ones from the same place: such a
// place is captured only while more than half of the time is left.
class RejectionBudget {
 public:
  // A look at where a rejection comes from takes 3 microseconds.
  static constexpr double kLooksPerSecond = 1000;
  static constexpr std::size_t kMostPlaces = 1000;

  [[nodiscard]] bool MayLook(MonoNanos now) {
    looks_ = std::min(kLooksPerSecond, looks_ + ToMs(now - looked_) / 1000 * kLooksPerSecond);
    looked_ = now;
    if (looks_ < 1) return false;
    looks_ -= 1;
    return true;
  }

  [[nodiscard]] bool Allows(const std::string& place, MonoNanos now) {
    return captures_.Allows(now) && (!handled_.contains(place) || captures_.IsHalfLeft());
  }
  void Spend(MonoNanos elapsed) { captures_.Spend(elapsed); }
  // One that was captured has got a handler.
  void Handled(const std::string& place) {
    if (handled_.size() < kMostPlaces) handled_.insert(place);
  }

 private:
  // Less than a crash may take: the program goes on, as a rule.
  static constexpr MonoNanos kTimeBurst = 100'000'000;
  CaptureBudget captures_{kTimeBurst};
  double looks_ = kLooksPerSecond;
  MonoNanos looked_ = 0;
  std::unordered_set<std::string> handled_;
};

}  // namespace loopdet
