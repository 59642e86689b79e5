#include "core/host/throttled_time.h"

#include <cstdlib>

namespace loopdet {

MonoNanos ThrottledTime::At(MonoNanos waited) {
  // Less, too: a thread has ended.
  if (std::abs(waited - waited_) < kNoticed) return throttled_;
  waited_ = waited;
  throttled_ = cgroup_.ReadThrottled();
  return throttled_;
}

}  // namespace loopdet
