#include "core/overhead/overhead_guard.h"

namespace loopdet {

std::optional<OverheadGuard::Change> OverheadGuard::Look(MonoNanos now, MonoNanos spent) {
  moments_.push_back({now, spent});
  while (moments_.size() > 2 && now - moments_[1].at >= kWindow) moments_.pop_front();
  const Moment& first = moments_.front();
  if (now - first.at < kWindow) return std::nullopt;
  share_ = static_cast<double>(spent - first.spent) / static_cast<double>(now - first.at);
  if (most_ <= 0 || now - changed_ < kWindow) return std::nullopt;
  if (share_ > most_ && slower_ < kMostSlower) return Become(slower_ * 2, now);
  if (share_ < most_ / 4 && slower_ > 1 && now - changed_ >= kCalm) return Become(slower_ / 2, now);
  return std::nullopt;
}

std::optional<OverheadGuard::Change> OverheadGuard::Become(int slower, MonoNanos now) {
  slower_ = slower;
  changed_ = now;
  return Change{slower, share_};
}

}  // namespace loopdet
