#pragma once

#include <deque>
#include <optional>

#include "core/base/clock.h"

namespace loopdet {

// Makes sampling rarer while recording takes more than it may, as far as that helps, and as often as before
// when there is room for it again. Reads no clock.
class OverheadGuard {
 public:
  // Of one core; 0: it may take what it likes.
  explicit OverheadGuard(double most) : most_(most) {}
  // How much rarer sampling may become.
  static constexpr int kMostSlower = 16;
  static constexpr MonoNanos kWindow = 10'000'000'000;
  // Before it is made as often as before, which may be too often again.
  static constexpr MonoNanos kCalm = 60'000'000'000;

  struct Change {
    int slower;    // from now on; 1: as often as was asked for
    double share;  // of a core, in the last kWindow
  };
  // About once a second: `spent` is all that has been taken so far, `sampling` the part of it that is less
  // when samples are rarer.
  std::optional<Change> Look(MonoNanos now, MonoNanos spent, MonoNanos sampling);

  [[nodiscard]] int slower() const { return slower_; }
  // In the last kWindow; 0 before there is one.
  [[nodiscard]] double share() const { return share_; }

 private:
  struct Moment {
    MonoNanos at;
    MonoNanos spent;
    MonoNanos sampling;
  };
  std::optional<Change> Become(int slower, MonoNanos now);

  const double most_;
  std::deque<Moment> moments_;
  int slower_ = 1;
  double share_ = 0;
  MonoNanos changed_ = 0;
};

}  // namespace loopdet
