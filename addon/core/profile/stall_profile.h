#pragma once

#include <span>

#include "core/base/clock.h"
#include "core/profile/cpu_profile.h"
#include "core/stall/stall.h"

namespace loopdet {

// What the samples of stalls say, as a profile that ends now: for the time before V8's own has begun. Each
// sample stands for the same share of its stall, in no order of time; of the rest all that is known is that
// the program ran or waited. `stalls`: one after the other, all that has been sampled; the last may go on.
CpuProfile ProfileOf(std::span<const Stall> stalls, MonoNanos began, MonoNanos now);

}  // namespace loopdet
