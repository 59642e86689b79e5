#pragma once

#include <napi.h>

#include <cstddef>
#include <string>
#include <vector>

#include "binding/process.h"
#include "core/capture/rejection_budget.h"
#include "core/stall/stack.h"
#include "v8/v8_seam.h"

namespace loopdet {

// V8 calls it as a promise is rejected that nobody handles yet, while the function that rejects it still
// stands. What is captured then is kept until the loop has turned, by when Node has dealt with it; what has
// got a handler makes way first: the error may go on, through the function that awaits. Costs nothing until
// then. Lives in one environment, on its thread.
class RejectionHook {
 public:
  RejectionHook(Process& process, napi_env env, v8::Isolate* isolate)
      : process_(process), env_(env), isolate_(isolate) {}
  RejectionHook(const RejectionHook&) = delete;
  RejectionHook& operator=(const RejectionHook&) = delete;
  ~RejectionHook() { Disarm(); }

  // `capture`: () => anything; what is no object is not kept. Nothing happens where this Node lacks the hook.
  void Arm(Napi::FunctionReference capture);
  // While JavaScript functions can still be let go of.
  void Disarm();
  [[nodiscard]] bool is_armed() const { return armed_; }
  // Runs `body`, and gives the reason, an object, of the first promise that it rejects, of which nobody else
  // is told; empty: it rejected none.
  Napi::Value RejectedBy(const Napi::Function& body);
  // As long as what was captured of a rejection, if there is room. `promise`: null of an exception.
  void Keep(napi_value promise, napi_value reason, napi_value capture, Stack stack = {});
  // [{promise, reason, capture}] of those that are kept, oldest first. Empties the list.
  Napi::Value Take();
  void OnTurn() {
    if (!kept_.empty()) kept_.clear();
  }

 private:
  struct Kept {
    Napi::ObjectReference entry;  // {promise, reason, capture}
    Stack stack;                  // that stood
    bool handled = false;
  };
  // Each may hold what LOOPDET_CAPTURE_MAX_BYTES allows.
  static constexpr std::size_t kMostKept = 4;

  static void OnRejection(v8::Rejection rejection);
  void Rejected(const v8::Rejection& rejection);
  void Handled(v8::Local<v8::Promise> promise);
  [[nodiscard]] bool Is(const Kept& kept, const char* key, napi_value value) const;
  [[nodiscard]] bool IsKnown(napi_value reason, const StackEntry& top) const;
  bool MakeRoom();
  [[nodiscard]] bool WouldTakeLong() const;

  Process& process_;
  napi_env env_;
  v8::Isolate* isolate_;
  Napi::FunctionReference capture_;
  bool armed_ = false;
  bool capturing_ = false;
  // In RejectedBy, and what it gives. V8's own handle lasts for its callback only.
  bool expecting_ = false;
  Napi::ObjectReference expected_;
  RejectionBudget budget_;
  std::vector<Kept> kept_;
};

}  // namespace loopdet
