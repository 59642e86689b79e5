#pragma once

#include "core/base/clock.h"
#include "core/host/cgroup.h"

namespace loopdet {

// How long the control group has been out of CPU quota. Version 2 adds that up over all CPUs when it is
// asked, under a lock of the whole machine's, which is not for a hundred times a second in each process. It
// cannot have grown for threads that have not waited for a CPU since: a thread without quota waits, and the
// kernel counts it so.
class ThrottledTime {
 public:
  explicit ThrottledTime(const Cgroup& cgroup) : cgroup_(cgroup) {}

  // `waited`: what the threads that are looked at have waited for a CPU so far.
  [[nodiscard]] MonoNanos At(MonoNanos waited);

 private:
  // Out of quota a thread waits for a good part of a period (100 ms, if nobody has changed that).
  static constexpr MonoNanos kNoticed = 500'000;

  const Cgroup& cgroup_;
  MonoNanos throttled_ = 0;
  MonoNanos waited_ = -kNoticed;  // when it was last asked
};

}  // namespace loopdet
