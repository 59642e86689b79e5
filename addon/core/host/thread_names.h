#pragma once

#include <sys/types.h>

namespace loopdet {

// The first thread of this process that is called so (15 characters at most, as the kernel keeps them); 0:
// none.
pid_t FindThread(const char* name);

}  // namespace loopdet
