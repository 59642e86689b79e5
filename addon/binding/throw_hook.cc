#include "binding/throw_hook.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <utility>

#include "binding/environment.h"
#include "binding/js_stack.h"
#include "binding/quiet_call.h"

namespace loopdet {

namespace {

constexpr int kNativeFrames = 200;

std::uintptr_t StackBase() {
  // The main thread's base is a variable of the loader; pthread_getattr_np would parse /proc/self/maps for
  // it.
  if (getpid() == static_cast<pid_t>(syscall(SYS_gettid))) {
    if (void** end = static_cast<void**>(dlsym(RTLD_DEFAULT, "__libc_stack_end"))) {
      return reinterpret_cast<std::uintptr_t>(*end);
    }
  }
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  void* lowest = nullptr;
  std::size_t size = 0;
  pthread_attr_getstack(&attributes, &lowest, &size);
  pthread_attr_destroy(&attributes);
  return reinterpret_cast<std::uintptr_t>(lowest) + size;
}

}  // namespace

StackRoom::StackRoom(std::size_t stack_bytes) {
  // The last 128 KB count as used: V8's limit lies a little deeper than its distance from the base says, and
  // a capture needs room to run in.
  constexpr std::size_t kMargin = 128 * 1024;
  const std::uintptr_t base = StackBase();
  limit_ = base < stack_bytes ? 0 : base - stack_bytes + kMargin;
}

bool StackRoom::IsNearlyUsedUp() const {
  return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) < limit_;
}

ThrowHook::ThrowHook(Process& process, napi_env env, v8::Isolate* isolate, std::uint64_t environment_id,
                     std::size_t stack_bytes)
    : process_(process), env_(env), isolate_(isolate), environment_id_(environment_id), room_(stack_bytes) {}

bool ThrowHook::Probe() {
  const Napi::HandleScope scope(env_);
  probing_ = true;
  probed_ = false;
  CallQuietly(env_, handlers_.probe);
  probing_ = false;
  return probed_;
}

std::string ThrowHook::Arm(Handlers handlers, bool user_aborts) {
  if (armed_) return {};
  if (!process_.seam.Has("throwHook")) return "this Node lacks the throw hook (see loopdet doctor)";
  // Node 20 and 22 have no HasPendingException: there the stack tells a report from a throw.
  if (!process_.seam.Has("pendingException") && !process_.seam.Has("stack")) {
    return "this Node lacks what tells a throw from a report of one (see loopdet doctor)";
  }
  handlers_ = std::move(handlers);
  user_aborts_ = user_aborts;
  process_.seam.functions().set_uncaught_callback(isolate_, OnUncaught);
  if (!user_aborts) process_.uncaught_flag.Set();
  armed_ = true;
  if (handlers_.probe.IsEmpty() || Probe()) return {};
  if (process_.uncaught_flag.SetRemembered() && Probe()) return {};
  Disarm();
  return "something threw before loopdet-addon was loaded, and V8 has remembered that nobody asked: load it "
         "first";
}

void ThrowHook::Disarm() {
  if (!armed_) return;
  armed_ = false;
  record_.reset();
  // The flag stays while other isolates use it; Node's own callback is what this isolate had before.
  process_.seam.functions().set_uncaught_callback(isolate_, process_.seam.functions().node_should_abort);
}

// A worker that is terminated while it throws: Node 20 then asks V8 for the process object, gets nothing, and
// aborts. So the termination is put off to the next JavaScript that runs, which is Node's own handler of the
// exception.
void ThrowHook::DeferTermination() {
  const v8::Functions& v8 = process_.seam.functions();
  if (v8.is_terminating == nullptr || v8.request_interrupt == nullptr || !v8.is_terminating(isolate_)) return;
  v8.cancel_terminate(isolate_);
  v8.request_interrupt(
      isolate_,
      [](v8::Isolate* isolate, void* terminate) {
        reinterpret_cast<void (*)(v8::Isolate*)>(terminate)(isolate);
      },
      reinterpret_cast<void*>(v8.terminate));
}

bool ThrowHook::OnUncaught(v8::Isolate* isolate) {
  Environment* environment = Process::Find(isolate);
  if (environment == nullptr) return false;
  ThrowHook& hook = environment->throw_hook();
  if (hook.probing_) {
    hook.probed_ = true;
    return false;
  }
  // Node's own answer, but only if the user asked for aborts: our flag alone must never make one.
  const bool abort = hook.user_aborts_ && hook.process_.seam.functions().node_should_abort(isolate);
  if (!hook.armed_ || hook.recording_ || environment->stack_format().is_asking()) return abort;
  hook.recording_ = true;
  // The capture's own time is not a stall of the program's, nor are its frames the program's.
  const LoopWatch::OwnWork own_work(environment->watch());
  hook.Record();
  if (abort && hook.record_ && !hook.room_.IsNearlyUsedUp() && !hook.handlers_.abort.IsEmpty()) {
    const Napi::HandleScope scope(hook.env_);
    CallQuietly(hook.env_, hook.handlers_.abort);
  }
  hook.DeferTermination();
  hook.recording_ = false;
  return abort;
}

bool ThrowHook::IsRethrownByMicrotask() const {
  const v8::Functions& v8 = process_.seam.functions();
  if (v8.has_pending_exception != nullptr) return v8.has_pending_exception(isolate_);
  const Stack top = TakeJsStack(env_, v8, 1);
  // The report comes from C++ with no JavaScript below it, or from the function that runs the microtasks.
  return top.empty() || top.front().url == "node:internal/process/task_queues";
}

// In a tick of its own, called by nobody else.
bool ThrowHook::IsRethrownByEventTarget() const {
  const Stack top = TakeJsStack(env_, process_.seam.functions(), 2);
  return top.size() == 2 && top.front().url == "node:internal/event_target" &&
         top.back().url == "node:internal/process/task_queues";
}

// Node runs no microtask between two callbacks that fail (timers of one turn, results of one poll): only the
// stack tells whether the handler has returned.
bool ThrowHook::LeavesHandler() {
  if (!handler_may_stand_) return false;
  handler_may_stand_ = IsInUncaughtHandler(TakeJsStack(env_, process_.seam.functions(), kNativeFrames));
  return handler_may_stand_;
}

void ThrowHook::Record() {
  // V8 also asks when it only reports an exception that a microtask has left pending. JavaScript run there
  // would clear it, and V8 aborts.
  if (IsRethrownByMicrotask()) {
    record_.reset();
    return;
  }
  const MonoNanos began = MonotonicNow();
  auto record = std::make_unique<ThrowRecord>();
  const bool overflow = room_.IsNearlyUsedUp();
  // An exception that does reach the top does so before any microtask runs. If one runs first, the exception
  // was caught after all (finally { return }), and the record must not be taken for the next one's.
  // One that waits already will do for all: a loop of such throws lets none run.
  if (!overflow && !microtask_waits_) {
    microtask_waits_ = true;
    process_.seam.functions().enqueue_microtask(isolate_, OnMicrotask,
                                                reinterpret_cast<void*>(environment_id_));
  }
  if (!overflow && LeavesHandler()) {
    const Napi::HandleScope scope(env_);
    CallQuietly(env_, handlers_.handler_threw);
  }
  if (!budget_.Allows(began)) {
    record->reason =
        "captures are limited to 5 a second and 2 % of the time, and earlier ones have used that up";
    record_ = std::move(record);
    return;
  }
  const bool rethrown = !overflow && IsRethrownByEventTarget();
  if (rethrown) {
    record->reason =
        "Node caught what a listener of an EventTarget threw, and threw it when its frames were gone";
  }
  if (overflow) record->reason = "the stack is (nearly) used up: no JavaScript can run to read the locals";
  if (!overflow && !rethrown && !handlers_.capture.IsEmpty()) {
    const Napi::HandleScope scope(env_);
    const Napi::Value why_not = CallQuietly(env_, handlers_.capture);
    if (!why_not.IsEmpty() && why_not.IsString()) {
      record->reason = why_not.As<Napi::String>().Utf8Value();
      if (record->reason.empty()) record->mode = ThrowRecord::Mode::kJs;
    } else {
      record->reason = "the capture failed";
    }
  }
  if (record->mode == ThrowRecord::Mode::kNone) {
    record->stack = TakeJsStack(env_, process_.seam.functions(), kNativeFrames);
    if (!record->stack.empty()) record->mode = ThrowRecord::Mode::kStack;
  }
  record->elapsed = MonotonicNow() - began;
  budget_.Spend(record->elapsed);
  record_ = std::move(record);
}

void ThrowHook::ListenerThrew() {
  if (!record_ || record_->mode != ThrowRecord::Mode::kJs || recording_) return;
  Environment* const environment = Process::Find(environment_id_);
  const napi_value thrown = environment == nullptr ? nullptr : TakeException(env_);
  if (thrown == nullptr) return;
  record_.reset();
  const Napi::Value capture = CallQuietly(env_, handlers_.take);
  if (!capture.IsEmpty() && capture.IsObject()) environment->rejection_hook().Keep(nullptr, thrown, capture);
  // V8 asks again: nobody but C++ catches this.
  recording_ = true;
  napi_throw(env_, thrown);
  recording_ = false;
}

void ThrowHook::OnMicrotask(void* environment_id) {
  Environment* environment = Process::Find(reinterpret_cast<std::uintptr_t>(environment_id));
  if (environment == nullptr) return;
  ThrowHook& hook = environment->throw_hook();
  hook.microtask_waits_ = false;
  if (hook.recording_) return;
  hook.record_.reset();
  hook.handler_may_stand_ = false;
  if (hook.handlers_.drop.IsEmpty()) return;
  const Napi::HandleScope scope(hook.env_);
  CallQuietly(hook.env_, hook.handlers_.drop);
}

}  // namespace loopdet
