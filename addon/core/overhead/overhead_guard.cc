#include "core/overhead/overhead_guard.h"

namespace loopdet {

std::optional<OverheadGuard::Change> OverheadGuard::Look(MonoNanos now, MonoNanos spent, MonoNanos sampling) {
  moments_.push_back({now, spent, sampling});
  while (moments_.size() > 2 && now - moments_[1].at >= kWindow) moments_.pop_front();
  const Moment& first = moments_.front();
  if (now - first.at < kWindow) return std::nullopt;
  const auto share_of = [passed = now - first.at](MonoNanos taken) {
    return static_cast<double>(taken) / static_cast<double>(passed);
  };
  share_ = share_of(spent - first.spent);
  if (most_ <= 0 || now - changed_ < kWindow) return std::nullopt;
  const double samples = share_of(sampling - first.sampling);
  // Where the rest alone is too much (a program that does nothing but I/O), fewer samples would save little
  // and show less.
  const double worth_it = most_ / 4;
  if (share_ > most_ && samples > worth_it && slower_ < kMostSlower) return Become(slower_ * 2, now);
  // Twice as many take twice as much, and must not at once be too many again.
  const bool has_room = share_ + samples < most_ * 3 / 4 || 2 * samples < worth_it;
  if (has_room && slower_ > 1 && now - changed_ >= kCalm) return Become(slower_ / 2, now);
  return std::nullopt;
}

std::optional<OverheadGuard::Change> OverheadGuard::Become(int slower, MonoNanos now) {
  slower_ = slower;
  changed_ = now;
  return Change{slower, share_};
}

}  // namespace loopdet
