#include "binding/object_inside.h"

#include "binding/local.h"

namespace loopdet {

namespace {

constexpr int kPending = 0;

}  // namespace

bool ObjectInside::IsUsable() {
  seam_.LookUpRest();
  return seam_.Has("objects");
}

// Not Napi::Array, which sets elements.
Napi::Value ObjectInside::Pair(napi_value first, napi_value second) {
  if (first == nullptr || second == nullptr) return env_.Null();
  const napi_property_descriptor fields[] = {PropertyOf("0", first), PropertyOf("1", second)};
  napi_value pair = nullptr;
  if (napi_create_array(env_, &pair) != napi_ok ||
      napi_define_properties(env_, pair, std::size(fields), fields) != napi_ok) {
    return env_.Null();
  }
  return {env_, pair};
}

Napi::Value ObjectInside::ClassOf(napi_value object) {
  if (!IsUsable()) return env_.Null();
  return {env_, ValueOf(seam_.functions().class_name(LocalOf<v8::Object>(object)))};
}

Napi::Value ObjectInside::OfPromise(napi_value promise) {
  if (!IsUsable()) return env_.Null();
  const v8::Functions& v8 = seam_.functions();
  const int state = v8.promise_state(LocalOf<v8::Promise>(promise));
  // V8 aborts if it is asked for the result of a pending one.
  napi_value result = env_.Undefined();
  if (state != kPending) result = ValueOf(v8.promise_result(LocalOf<v8::Promise>(promise)));
  return Pair(Napi::Number::New(env_, state), result);
}

Napi::Value ObjectInside::OfProxy(napi_value proxy) {
  if (!IsUsable()) return env_.Null();
  const v8::Functions& v8 = seam_.functions();
  return Pair(ValueOf(v8.proxy_target(LocalOf<v8::Proxy>(proxy))),
              ValueOf(v8.proxy_handler(LocalOf<v8::Proxy>(proxy))));
}

Napi::Value ObjectInside::EntriesOf(napi_value collection) {
  if (!IsUsable()) return env_.Null();
  bool is_keyed = false;
  const v8::Local<v8::Value> entries =
      seam_.functions().preview_entries(LocalOf<v8::Object>(collection), &is_keyed);
  return Pair(Napi::Boolean::New(env_, is_keyed), ValueOf(entries));
}

}  // namespace loopdet
