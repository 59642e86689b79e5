#pragma once

#include "v8/v8_seam.h"

namespace loopdet::v8 {

// While a CPU profile is taken, code calls C++ by a longer way, on which V8 notes the name of each function
// called: 3 to 5 % of a fastify server, at any interval (V8 12.4 and newer: CallApiCallbackOptimized, and the
// protector NoProfiling, which stays broken once there was a profile). This goes back to the shorter one:
// time in C++ is then its caller's, as that of V8's own built-ins is. Two places say which way it is, and
// both are found in V8's code that asks them (x86-64); where they are not as expected, nothing is done.
//
// Call KeepPositions before the profile begins: V8 keeps which code stands on which line then for another
// reason, too, and the profile has its lines and inlined functions all the same. False: leave all as it is.
bool KeepPositions(const Functions& functions, Isolate* isolate);
// Once V8 has done what it does as a profile begins: by an interrupt that comes after its own. `asks`:
// Functions::depend_on_no_profiling. On the isolate's thread.
void CallDirectly(Isolate* isolate, void* asks);

}  // namespace loopdet::v8
