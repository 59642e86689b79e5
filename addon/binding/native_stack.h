#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <unordered_map>

#include "core/stall/stall.h"
#include "v8/v8_seam.h"

namespace loopdet {

// Names of functions by any address in them, kept: the loader looks through all names of a module for each
// (0.5 ms in Node's).
class FunctionNames {
 public:
  // Empty if the address is not within an exported function. Good until the next call.
  const std::string& Of(std::uintptr_t address);

 private:
  std::unordered_map<std::uintptr_t, std::string> known_;
};

// The C and C++ functions that thread `tid` runs at this moment, innermost first, down to the JavaScript that
// called them, or whether it runs code compiled of JavaScript. Only for a thread that is on a CPU: a signal
// is sent to it, and a thread that sleeps in a system call could see that call interrupted. Called by the
// monitor thread; waits at most a few milliseconds. Empty when the signal is in use by the program, or
// nothing has a name.
OutsideView NativeStackOf(pid_t tid, const v8::Functions& functions, v8::Isolate* isolate,
                          FunctionNames& function_names);

// Puts back what was there, once nobody asks any more. Unless a signal is still on its way: what was there
// would end the process.
void RemoveStackHandler();

}  // namespace loopdet
