#pragma once

#include <napi.h>

#include "v8/v8_seam.h"

namespace loopdet {

// What an object has inside that JavaScript cannot ask for. Nothing here runs code of the program's. Each
// gives null where this Node lacks the functions ("objects" of the seam).
class ObjectInside {
 public:
  ObjectInside(v8::Seam& seam, Napi::Env env) : seam_(seam), env_(env) {}

  // The name of its class, as the inspector shows it.
  Napi::Value ClassOf(napi_value object);
  // [state, result] of a promise: 0 pending, 1 fulfilled, 2 rejected.
  Napi::Value OfPromise(napi_value promise);
  // [target, handler] of a Proxy.
  Napi::Value OfProxy(napi_value proxy);
  // [isKeyed, entries] of a weak collection or of an iterator, which stays where it is. `entries`: a key and
  // a value in turn, or values.
  Napi::Value EntriesOf(napi_value collection);

 private:
  [[nodiscard]] bool IsUsable();
  Napi::Value Pair(napi_value first, napi_value second);

  v8::Seam& seam_;
  Napi::Env env_;
};

}  // namespace loopdet
