#pragma once

#include <node_api.h>

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>

#include "core/base/clock.h"
#include "v8/v8_seam.h"

namespace loopdet {

// Tells of a JavaScript heap that is about to reach its limit, with the stack of who allocates. Gives V8
// 32 MB more, a few times at most, so that there is a moment to do it in; the process then ends as it would
// have, or, if the heap shrinks again, gets its old limit back.
//
// V8's Debugger domain asks V8 to be told as well, and V8 tells the newest only: a worker whose own callback
// is hidden ends the process. So a debugger of ours is to end in `near_limit`, also where nobody is to be
// told.
//
// Lives in one environment, on its thread.
class HeapLimit {
 public:
  struct Handlers {
    // Asks V8 for an interrupt of this isolate, which is to call OnInterrupt.
    std::function<void()> ask_interrupt;
    // Keeps an event {event: 'outOfMemory', time, pid, threadId, heapLimit, heapUsed, stack, spaces}. It
    // comes twice: at once with an empty stack, and with the stack when JavaScript has reached a safe point.
    // Native code that allocates all of the 32 MB never does. Empty: nobody is to be told.
    std::function<void(const nlohmann::json&)> write;
    // After that, in the interrupt: JavaScript of ours may run. May be empty.
    std::function<void()> near_limit;
  };

  static bool IsPossible(const v8::Functions& functions);
  HeapLimit(v8::Seam& seam, napi_env env, v8::Isolate* isolate, std::uint64_t thread_id, Handlers handlers);
  HeapLimit(const HeapLimit&) = delete;
  HeapLimit& operator=(const HeapLimit&) = delete;
  // While the isolate lives.
  ~HeapLimit() { Disarm(); }

  void Disarm();
  void OnDebuggerEnabled();
  void OnDebuggerDisabled();
  // `may_run_javascript`: there is stack for it.
  void OnInterrupt(bool may_run_javascript);
  // At each turn of the loop: whether it was a false alarm. Costs nothing while there was none.
  void OnTurn() {
    if (limit_before_ != 0) RearmIfShrunk();
  }

 private:
  static std::size_t OnNearLimit(void* self, std::size_t current, std::size_t initial);
  void Arm();
  // A limit above 0 is set.
  void LetOthers(std::size_t limit = 0);
  void GiveBackRoom();
  void RearmIfShrunk();
  void Write(bool with_stack);

  v8::Seam& seam_;
  const v8::Functions& functions_;
  const napi_env env_;
  v8::Isolate* const isolate_;
  const std::uint64_t thread_id_;
  Handlers handlers_;
  bool armed_ = false;
  bool asked_ = false;  // an interrupt is on its way, or is being served
  bool serving_ = false;
  bool is_debugged_ = false;      // by us
  int grants_ = 0;                // since then
  std::size_t limit_before_ = 0;  // V8's, before we raised it; 0: we have not
  std::size_t heap_limit_ = 0;    // the same as V8's statistics count it
  MonoNanos looked_ = 0;
};

}  // namespace loopdet
