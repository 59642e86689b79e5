#include "binding/stack_format.h"

#include <utility>

#include "binding/environment.h"
#include "binding/local.h"
#include "binding/quiet_call.h"

namespace loopdet {

bool StackFormat::Guard(Napi::FunctionReference guard) {
  const v8::Functions& v8 = process_.seam.functions();
  if (isolate_ == nullptr || !process_.seam.Has("stackFormat")) return false;
  const bool was_empty = guard_.IsEmpty();
  guard_ = std::move(guard);
  if (guard_.IsEmpty() != was_empty) {
    // What Node sets for each isolate of its own.
    v8.set_prepare_stack_trace(isolate_, guard_.IsEmpty() ? v8.node_prepare_stack_trace : OnPrepare);
  }
  return true;
}

v8::Local<v8::Value> StackFormat::OnPrepare(v8::Local<v8::Context> context, v8::Local<v8::Value> error,
                                            v8::Local<v8::Value> sites) {
  // In every isolate that has a guard the process object is there.
  Environment* environment = Process::FindCurrent();
  if (environment == nullptr) return nullptr;
  StackFormat& self = environment->stack_format();
  const v8::Functions& v8 = self.process_.seam.functions();
  if (!self.asking_ && !self.guard_.IsEmpty() && environment->alive()) {
    const Napi::HandleScope scope(self.env_);
    self.asking_ = true;
    const Napi::Value answer = CallQuietly(self.env_, self.guard_);
    const bool is_refused = !answer.IsEmpty() && answer.IsBoolean() && answer.As<Napi::Boolean>();
    // By V8's own function: Node-API would keep what is thrown for itself.
    if (is_refused) v8.throw_exception(self.isolate_, LocalOf<v8::Value>(Napi::Env(self.env_).Null()));
    self.asking_ = false;
    if (is_refused) return nullptr;
  }
  return v8.node_prepare_stack_trace(context, error, sites);
}

}  // namespace loopdet
