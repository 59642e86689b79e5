#include "binding/quiet_call.h"

namespace loopdet {

napi_value TakeException(napi_env env) {
  bool is_pending = false;
  napi_value thrown = nullptr;
  if (napi_is_exception_pending(env, &is_pending) != napi_ok || !is_pending ||
      napi_get_and_clear_last_exception(env, &thrown) != napi_ok) {
    return nullptr;
  }
  return thrown;
}

Napi::Value CallQuietly(Napi::Env env, const Napi::FunctionReference& function) {
  napi_value receiver = nullptr;
  napi_value result = nullptr;
  napi_value callee = function.Value();
  if (callee == nullptr || napi_get_undefined(env, &receiver) != napi_ok) return {};
  if (napi_call_function(env, receiver, callee, 0, nullptr, &result) != napi_ok) {
    TakeException(env);
    return {};
  }
  return {env, result};
}

void MakeCallback(Napi::Env env, const Napi::FunctionReference& function) {
  napi_value receiver = nullptr;
  napi_value callee = function.Value();
  if (callee == nullptr || napi_get_global(env, &receiver) != napi_ok) return;
  if (napi_make_callback(env, nullptr, receiver, callee, 0, nullptr, nullptr) == napi_ok) return;
  if (const napi_value thrown = TakeException(env)) napi_fatal_exception(env, thrown);
}

}  // namespace loopdet
