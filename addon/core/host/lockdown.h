#pragma once

#include "core/base/status.h"

namespace loopdet {

// From now on, and for good, this process and all its threads can only compute, wait, and use the descriptors
// that are open: no file, no socket, no process, no signal. What else is asked of the kernel fails with EPERM
// (seccomp). It cannot even end in an orderly way: it is killed with its parent. For the process in which a
// crash file's console evaluates (js/replay/evaluator).
Status LockDown();

}  // namespace loopdet
