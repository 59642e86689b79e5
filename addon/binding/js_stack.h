#pragma once

#include <node_api.h>

#include "core/stall/stack.h"
#include "v8/v8_seam.h"

namespace loopdet {

// The JavaScript stack of the calling thread as V8 has it now, innermost first, at most `limit` frames. Runs
// no JavaScript, so it is allowed in an interrupt and in a throw hook near the stack limit. Empty if this
// Node lacks it.
Stack TakeJsStack(napi_env env, const v8::Functions& functions, int limit);

// Whether more than `limit` frames of JavaScript stand.
bool IsJsStackDeeperThan(napi_env env, const v8::Functions& functions, int limit);

}  // namespace loopdet
