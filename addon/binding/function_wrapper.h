#pragma once

#include <napi.h>

#include <string>

#include "binding/environment.h"

namespace loopdet {

// How a function of Node tells that its operation is over.
enum class WrapStyle {
  kCall,      // not by itself: `enter` sees to that
  kCallback,  // calls its last argument
  kPromise,   // settles the promise it returns
  kResult,    // not by itself: `leave` sees to what it returned
  kSync,      // returns
};

// What a wrapped function is replaced with: a native function, so that no frame of ours stands in a stack of
// the program's, and one that calls V8 directly, so that V8 still predicts right whether an exception will be
// caught.
//
//   kCall      enter(...arguments) before
//   kCallback  enter(...arguments) before; the function it returns takes the callback's place
//   kPromise   enter(...arguments) before; leave(what enter returned, promise) gives the promise to return
//   kResult    enter(...arguments) before; leave(that, result) unless enter returned undefined
//   kSync      measured here; enter(argument) only for a first argument that is no text or number, and gives
//   the
//              target; leave(durationMs, target, method) only if it was slow
//
// `this` is the program's. enter and leave are ours, and must not throw.
struct FunctionWrapper {
  Napi::FunctionReference original;
  Napi::FunctionReference enter;
  Napi::FunctionReference leave;
  WrapStyle style = WrapStyle::kCall;
  int kind = 0;
  std::string method;
  bool first_word = false;  // kSync: only the first word of the target may be kept
  Environment* environment = nullptr;

  // The native function; `wrapper` must live as long as the environment.
  static napi_value Make(napi_env env, const std::string& name, FunctionWrapper& wrapper);
  // A function that calls `enter` with all arguments but the first, and then the first, a callback, with the
  // same.
  static napi_value MakeDone(napi_env env, FunctionWrapper& wrapper);
};

}  // namespace loopdet
