#pragma once

#include "v8/v8_seam.h"

namespace loopdet::v8 {

// V8's compiler makes code for async functions as long as promises have never had hooks, and calls slower
// built-ins for good once they had: a debugger that was on is one (Isolate::PromiseHookStateUpdated, Node 20
// to 26), and made all async code of the program 3 to 8 % slower. After a debugger of ours is off, this has
// V8 rely on it again, if there are none. On the isolate's thread.
void RestorePromiseSpeed(const Seam& seam, Isolate* isolate);

}  // namespace loopdet::v8
