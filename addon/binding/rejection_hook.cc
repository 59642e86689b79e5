#include "binding/rejection_hook.h"

#include <algorithm>
#include <utility>

#include "binding/environment.h"
#include "binding/js_stack.h"
#include "binding/local.h"
#include "binding/quiet_call.h"
#include "v8/heap_walk.h"

namespace loopdet {

namespace {

constexpr int kFrames = 50;

// Of this thread, while it is armed: looked up at every rejection.
thread_local RejectionHook* hook_here = nullptr;

std::string PlaceOf(const Stack& stack) {
  if (stack.empty()) return {};
  const StackEntry& top = stack.front();
  return top.url + ':' + std::to_string(top.line) + ':' + std::to_string(top.column);
}

}  // namespace

void RejectionHook::Arm(Napi::FunctionReference capture) {
  if (armed_ || isolate_ == nullptr || !process_.seam.Has("rejectionHook")) return;
  capture_ = std::move(capture);
  process_.seam.functions().set_rejection_callback(isolate_, OnRejection);
  armed_ = true;
  hook_here = this;
}

void RejectionHook::Disarm() {
  if (!std::exchange(armed_, false)) return;
  hook_here = nullptr;
  // What Node sets for each isolate of its own.
  process_.seam.functions().set_rejection_callback(isolate_, process_.seam.functions().node_on_rejection);
  kept_.clear();
  capture_.Reset();
}

void RejectionHook::OnRejection(v8::Rejection rejection) {
  if (hook_here == nullptr) return;
  RejectionHook& hook = *hook_here;
  if (rejection.event == v8::Rejection::kWithoutHandler && std::exchange(hook.expecting_, false)) {
    const Napi::HandleScope scope(hook.env_);
    hook.expected_ = Napi::Persistent(Napi::Object(hook.env_, ValueOf(rejection.reason)));
    return;
  }
  if (rejection.event == v8::Rejection::kWithoutHandler) hook.Rejected(rejection);
  if (rejection.event == v8::Rejection::kHandlerAdded) hook.Handled(rejection.promise);
  // It may run JavaScript of Node's: what stands now is captured before.
  hook.process_.seam.functions().node_on_rejection(rejection);
}

bool RejectionHook::Is(const Kept& kept, const char* key, napi_value value) const {
  napi_value own = nullptr;
  bool is_same = false;
  return napi_get_named_property(env_, kept.entry.Value(), key, &own) == napi_ok &&
         napi_strict_equals(env_, own, value, &is_same) == napi_ok && is_same;
}

// Whether the function stood, as the caller of an awaited one, when the same error was captured further in.
bool RejectionHook::IsKnown(napi_value reason, const StackEntry& top) const {
  return std::any_of(kept_.begin(), kept_.end(), [&](const Kept& kept) {
    return Is(kept, "reason", reason) &&
           std::any_of(kept.stack.begin(), kept.stack.end(), [&top](const StackEntry& entry) {
             return entry.url == top.url && entry.function_name == top.function_name;
           });
  });
}

bool RejectionHook::MakeRoom() {
  if (kept_.size() < kMostKept) return true;
  const auto handled =
      std::find_if(kept_.begin(), kept_.end(), [](const Kept& kept) { return kept.handled; });
  if (handled == kept_.end()) return false;
  kept_.erase(handled);
  return true;
}

void RejectionHook::Rejected(const v8::Rejection& rejection) {
  const v8::Functions& v8 = process_.seam.functions();
  if (capturing_ || !budget_.MayLook(MonotonicLately())) return;
  Environment* const found = Process::FindCurrent();
  if (found == nullptr) return;
  Environment& environment = *found;
  if (!environment.alive() || environment.throw_hook().room().IsNearlyUsedUp()) return;
  if (v8.is_terminating != nullptr && v8.is_terminating(isolate_)) return;
  const Napi::HandleScope scope(env_);
  const Stack top = TakeJsStack(env_, v8, 1);
  // From C++: no function of the program's stands.
  if (top.empty() || !budget_.Allows(PlaceOf(top), MonotonicNow()) ||
      IsKnown(ValueOf(rejection.reason), top.front()) || !MakeRoom() || WouldTakeLong()) {
    return;
  }
  // The capture's own time is not a stall of the program's, nor are its frames the program's.
  const LoopWatch::OwnWork own_work(environment.watch());
  const MonoNanos began = ThreadCpuNow();
  Stack stack = TakeJsStack(env_, v8, kFrames);
  capturing_ = true;
  const Napi::Value capture = CallQuietly(env_, capture_);
  capturing_ = false;
  budget_.Spend(ThreadCpuNow() - began);
  if (capture.IsEmpty() || !capture.IsObject()) return;
  Keep(ValueOf(rejection.promise), ValueOf(rejection.reason), capture, std::move(stack));
}

void RejectionHook::Keep(napi_value promise, napi_value reason, napi_value capture, Stack stack) {
  if (!MakeRoom()) return;
  if (promise == nullptr) napi_get_null(env_, &promise);
  const napi_property_descriptor fields[] = {PropertyOf("promise", promise), PropertyOf("reason", reason),
                                             PropertyOf("capture", capture)};
  napi_value entry = nullptr;
  if (napi_create_object(env_, &entry) != napi_ok ||
      napi_define_properties(env_, entry, std::size(fields), fields) != napi_ok) {
    return;
  }
  kept_.push_back({Napi::Persistent(Napi::Object(env_, entry)), std::move(stack)});
}

// The program goes on, as a rule, and is not to stand still for V8's walk over a large heap.
bool RejectionHook::WouldTakeLong() const {
  constexpr std::size_t kLargeHeap = std::size_t{64} << 20;
  const v8::Functions& v8 = process_.seam.functions();
  if (v8.heap_statistics == nullptr || v8::WithoutHeapWalk(process_.seam, isolate_).works()) return false;
  v8::HeapStatistics heap;
  v8.heap_statistics(isolate_, &heap);
  return heap.used > kLargeHeap;
}

void RejectionHook::Handled(v8::Local<v8::Promise> promise) {
  if (kept_.empty()) return;
  const Napi::HandleScope scope(env_);
  for (Kept& kept : kept_) {
    if (kept.handled || !Is(kept, "promise", ValueOf(promise))) continue;
    kept.handled = true;
    budget_.Handled(PlaceOf(kept.stack));
    return;
  }
}

Napi::Value RejectionHook::RejectedBy(const Napi::Function& body) {
  if (!armed_) return {};
  expecting_ = true;
  napi_value ignored = nullptr;
  napi_call_function(env_, Napi::Env(env_).Undefined(), body, 0, nullptr, &ignored);
  expecting_ = false;
  const Napi::ObjectReference reason = std::exchange(expected_, {});
  return reason.IsEmpty() ? Napi::Value() : reason.Value();
}

Napi::Value RejectionHook::Take() {
  napi_value list = nullptr;
  if (napi_create_array(env_, &list) != napi_ok) return {};
  std::uint32_t at = 0;
  for (const Kept& kept : std::exchange(kept_, {})) napi_set_element(env_, list, at++, kept.entry.Value());
  return {env_, list};
}

}  // namespace loopdet
