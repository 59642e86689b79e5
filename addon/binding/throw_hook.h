#pragma once

#include <napi.h>

#include <cstdint>
#include <memory>
#include <string>

#include "binding/process.h"
#include "core/capture/capture_budget.h"
#include "core/stall/stack.h"
#include "v8/v8_seam.h"

namespace loopdet {

// How far the calling thread is from its JavaScript stack limit.
class StackRoom {
 public:
  // `stack_bytes`: what V8 allows on this thread, counted from the thread's stack base.
  explicit StackRoom(std::size_t stack_bytes);
  // Less than this is left: V8 may be reporting a stack overflow, where JavaScript is forbidden and a frame
  // may be half built.
  [[nodiscard]] bool IsNearlyUsedUp() const;

 private:
  std::uintptr_t limit_;
};

// What the hook knows of the exception that was last predicted uncaught in this environment.
struct ThrowRecord {
  enum class Mode { kNone, kStack, kJs };
  Mode mode = Mode::kNone;
  std::string reason;  // why it is less than was asked for
  Stack stack;         // kStack
  MonoNanos elapsed = 0;
};

// V8 calls it inside a throw, stack intact, when it predicts that no JavaScript will catch the exception.
// Costs nothing until then. Lives in one environment, on its thread.
class ThrowHook {
 public:
  ThrowHook(Process& process, napi_env env, v8::Isolate* isolate, std::uint64_t environment_id,
            std::size_t stack_bytes);
  ThrowHook(const ThrowHook&) = delete;
  ThrowHook& operator=(const ThrowHook&) = delete;
  ~ThrowHook() { Disarm(); }

  struct Handlers {
    // () => string: "" when frames and locals were captured, otherwise why not. May be empty: native stacks
    // only.
    Napi::FunctionReference capture;
    // () => void: microtasks run again, so the exception was caught.
    Napi::FunctionReference drop;
    // () => object: what `capture` has captured; it is nobody's then.
    Napi::FunctionReference take;
    // () => void: an exception leaves the program's handler of uncaught ones. It ends the process (exit code
    // 7), and Node tells nobody.
    Napi::FunctionReference handler_threw;
    // () => never: throws. Tells whether V8 asks the hook.
    Napi::FunctionReference probe;
    // () => void: the process aborts now (--abort-on-uncaught-exception of the user): write the crash file at
    // once.
    Napi::FunctionReference abort;
  };
  // Empty when armed; otherwise why not, and nothing changes.
  std::string Arm(Handlers handlers, bool user_aborts);
  void Disarm();
  // What a listener threw is pending. Node will catch it and throw it again without its frames, so what was
  // captured is kept with what was thrown (RejectionHook::Keep). It is pending again then.
  void ListenerThrew();
  // A handler of the program's is given an exception.
  void HandlerBegins() { handler_may_stand_ = true; }
  [[nodiscard]] const StackRoom& room() const { return room_; }

  // The record of the exception that is being thrown to the top right now. Empties it: one record, one crash.
  std::unique_ptr<ThrowRecord> Take() { return std::move(record_); }

 private:
  static bool OnUncaught(v8::Isolate* isolate);
  static void OnMicrotask(void* environment_id);
  void Record();
  void DeferTermination();
  [[nodiscard]] bool Probe();
  [[nodiscard]] bool IsRethrownByMicrotask() const;
  [[nodiscard]] bool IsRethrownByEventTarget() const;
  [[nodiscard]] bool LeavesHandler();

  Process& process_;
  napi_env env_;
  v8::Isolate* isolate_;
  const std::uint64_t environment_id_;
  const StackRoom room_;
  Handlers handlers_;
  bool armed_ = false;
  bool user_aborts_ = false;
  bool recording_ = false;
  bool microtask_waits_ = false;
  bool handler_may_stand_ = false;
  bool probing_ = false;
  bool probed_ = false;
  CaptureBudget budget_;
  std::unique_ptr<ThrowRecord> record_;
};

}  // namespace loopdet
