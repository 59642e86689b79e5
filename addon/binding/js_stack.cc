#include "binding/js_stack.h"

#include <napi.h>

#include <array>

#include "binding/local.h"

namespace loopdet {

namespace {

// A Local<String> has the bits of a napi_value. Long names are cut: they come from the program.
std::string ToString(napi_env env, v8::Local<v8::Value> value) {
  if (value == nullptr) return {};
  std::array<char, 1024> text;
  std::size_t length = 0;
  const napi_status status =
      napi_get_value_string_utf8(env, ValueOf(value), text.data(), text.size(), &length);
  return status == napi_ok ? std::string(text.data(), length) : std::string();
}

}  // namespace

Stack TakeJsStack(napi_env env, const v8::Functions& functions, int limit) {
  constexpr int kDetailed = 0xff;
  Stack stack;
  if (functions.current_stack_trace == nullptr || functions.location == nullptr) return stack;
  napi_handle_scope scope = nullptr;
  if (napi_open_handle_scope(env, &scope) != napi_ok) return stack;
  v8::Isolate* isolate = functions.get_current();
  if (v8::Local<v8::StackTrace> trace = functions.current_stack_trace(isolate, limit, kDetailed)) {
    const int count = functions.frame_count(trace);
    stack.reserve(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      v8::Local<v8::StackFrame> frame = functions.frame(trace, isolate, static_cast<std::uint32_t>(i));
      if (frame == nullptr) continue;
      const v8::Location location = functions.location(frame);
      stack.push_back({ToString(env, functions.function_name(frame)),
                       ToString(env, functions.script_name(frame)), location.line + 1, location.column + 1});
    }
  }
  napi_close_handle_scope(env, scope);
  return stack;
}

bool IsJsStackDeeperThan(napi_env env, const v8::Functions& functions, int limit) {
  // V8 notes the function of each frame anyway.
  constexpr int kLeast = 0;
  if (functions.current_stack_trace == nullptr) return false;
  const Napi::HandleScope scope(env);
  const v8::Local<v8::StackTrace> trace =
      functions.current_stack_trace(functions.get_current(), limit + 1, kLeast);
  return trace != nullptr && functions.frame_count(trace) > limit;
}

}  // namespace loopdet
