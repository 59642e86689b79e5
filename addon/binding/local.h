#pragma once

#include <node_api.h>

#include "v8/v8_seam.h"

namespace loopdet {

// A napi_value has the bits of a v8::Local, and is valid as long.
template <typename T>
napi_value ValueOf(v8::Local<T> local) {
  return reinterpret_cast<napi_value>(local);
}
template <typename T>
v8::Local<T> LocalOf(napi_value value) {
  return reinterpret_cast<v8::Local<T>>(value);
}

// For napi_define_properties. Defined and not set: the program may have a setter of such a name on the
// prototype.
inline napi_property_descriptor PropertyOf(const char* name, napi_value value) {
  return {name, nullptr, nullptr, nullptr, nullptr, value, napi_enumerable, nullptr};
}

}  // namespace loopdet
