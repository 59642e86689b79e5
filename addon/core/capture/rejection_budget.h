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
  static constexpr MonoNanos kLooksPerSecond = 1000;
  static constexpr std::size_t kMostPlaces = 1000;

  // Asked at every rejection. `now` may be some milliseconds old.
  [[nodiscard]] bool MayLook(MonoNanos now) {
    constexpr MonoNanos kSecond = 1'000'000'000;
    looked_until_ = std::max(looked_until_, now - kSecond);
    if (looked_until_ + kSecond / kLooksPerSecond > now) return false;
    looked_until_ += kSecond / kLooksPerSecond;
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
  MonoNanos looked_until_ = 0;  // looks have used up the time so far
  std::unordered_set<std::string> handled_;
};

}  // namespace loopdet
