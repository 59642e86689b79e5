#pragma once

#include <napi.h>

namespace loopdet {

// The exception that is pending, which is not any more; nullptr: none is.
napi_value TakeException(napi_env env);

// Calls a JavaScript function of ours from a place where nothing may go wrong: a throw hook, an interrupt, a
// loop callback. A failure (it threw, the worker is being terminated, no handle scope) leaves no exception
// behind. Returns an empty value then. Napi's own Call would make a fatal error of an environment that can no
// longer run JavaScript.
Napi::Value CallQuietly(Napi::Env env, const Napi::FunctionReference& function);

// As a callback of the loop: ticks and microtasks run afterwards, and an exception, which the program's code
// has thrown in the function or in those, is uncaught. Nobody else would tell Node of it.
void MakeCallback(Napi::Env env, const Napi::FunctionReference& function);

}  // namespace loopdet
