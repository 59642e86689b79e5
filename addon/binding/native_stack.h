#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "v8/v8_seam.h"

namespace loopdet {

// Names of the C and C++ functions that thread `tid` runs at this moment, innermost first, down to the
// JavaScript that called them. Only for a thread that is on a CPU: a signal is sent to it, and a thread that
// sleeps in a system call could see that call interrupted. Called by the monitor thread; waits at most a few
// milliseconds. Empty when the signal is in use by the program, or nothing has a name.
std::vector<std::string> NativeStackOf(pid_t tid, const v8::Functions& functions, v8::Isolate* isolate);

// Puts back what was there, once nobody asks any more. Unless a signal is still on its way: what was there
// would end the process.
void RemoveStackHandler();

}  // namespace loopdet
