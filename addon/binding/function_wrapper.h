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

// The `apply` trap of the Proxy that stands for a function of Node's. A Proxy, because a program cannot tell
// it from the function; a native trap, so that no frame of ours stands in a stack of the program's; and one
// that calls V8 directly, so that V8 still predicts right whether an exception will be caught.
//
//   kCall      enter(...arguments) before
//   kCallback  enter(...arguments) before; the function it returns takes the callback's place
//   kPromise   enter(...arguments) before; leave(what enter returned, promise) gives the promise to return
//   kResult    enter(...arguments) before; leave(that, result) unless enter returned undefined
//   kSync      measured here; enter(argument) gives the target, only for a first argument that is no text;
//              leave(durationMs, target, method) only if it was slow
//
// `this` is the program's. enter and leave are ours, and must not throw.
struct FunctionWrapper {
  Napi::FunctionReference enter;
  Napi::FunctionReference leave;
  WrapStyle style = WrapStyle::kCall;
  std::uint32_t type = 0;                    // kSync: which of IoWatch's types
  bool is_fs = false;                        // called inside another of these, it is a step of that
  bool first_word = false;                   // kSync: only the first word of the target may be kept
  Environment* environment = nullptr;        // nullptr: it has been stopped, and the original is all there is
  const v8::Functions* functions = nullptr;  // the instance's

  void Retire();
  // `wrapper` must live as long as JavaScript can call the trap: it is the instance's. nullptr if JavaScript
  // cannot run any more.
  static napi_value MakeTrap(napi_env env, FunctionWrapper& wrapper);
  // The `apply` trap of a callback's Proxy: enter(receiver, callback, ...arguments), with the Proxy's handler
  // as `this`, and then the callback.
  static napi_value MakeCallbackTrap(napi_env env, FunctionWrapper& wrapper);
};

}  // namespace loopdet
