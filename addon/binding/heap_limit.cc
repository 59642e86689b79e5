#include "binding/heap_limit.h"

#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "binding/js_stack.h"

namespace loopdet {

namespace {

constexpr std::size_t kRoom = std::size_t{32} << 20;
// Of that room, until the interrupt is served. V8 also asks after collections that free too little, and may
// do so twice before JavaScript runs again (Node 26, on a busy machine).
constexpr int kMostGrants = 4;
constexpr int kFrames = 200;
constexpr MonoNanos kLookEvery = 1'000'000'000;

nlohmann::json SpacesJson(const v8::Functions& functions, v8::Isolate* isolate) {
  auto spaces = nlohmann::json::array();
  const std::size_t count = functions.heap_space_count(isolate);
  for (std::size_t i = 0; i < count; ++i) {
    v8::HeapSpaceStatistics space;
    if (!functions.heap_space_statistics(isolate, &space, i) || space.name == nullptr) continue;
    spaces.push_back({{"name", space.name}, {"size", space.size}, {"used", space.used}});
  }
  return spaces;
}

}  // namespace

bool HeapLimit::IsPossible(const v8::Functions& functions) {
  return functions.request_interrupt != nullptr && functions.add_near_heap_limit != nullptr &&
         functions.remove_near_heap_limit != nullptr && functions.heap_statistics != nullptr &&
         functions.heap_space_count != nullptr && functions.heap_space_statistics != nullptr;
}

HeapLimit::HeapLimit(v8::Seam& seam, napi_env env, v8::Isolate* isolate, std::uint64_t thread_id,
                     Handlers handlers)
    : seam_(seam),
      functions_(seam.functions()),
      env_(env),
      isolate_(isolate),
      thread_id_(thread_id),
      handlers_(std::move(handlers)) {
  if (handlers_.write) Arm();
}

void HeapLimit::Arm() {
  // V8 aborts at the same callback twice.
  if (armed_) return;
  functions_.add_near_heap_limit(isolate_, OnNearLimit, this);
  armed_ = true;
}

void HeapLimit::Disarm() {
  // An interrupt may still come.
  asked_ = false;
  limit_before_ = 0;
  LetOthers();
}

void HeapLimit::OnDebuggerEnabled() {
  is_debugged_ = true;
  // It has had its turn.
  if (limit_before_ != 0) return;
  // To be the newest.
  LetOthers();
  Arm();
}

void HeapLimit::OnDebuggerDisabled() {
  is_debugged_ = false;
  if (!handlers_.write && !asked_) LetOthers();
}

// V8 asks the newest callback only. The next time it is the one below ours (a worker's, which ends the
// worker), or none, and the process ends.
void HeapLimit::LetOthers(std::size_t limit) {
  if (std::exchange(armed_, false)) functions_.remove_near_heap_limit(isolate_, OnNearLimit, limit);
}

// In a garbage collection: no JavaScript, and nothing on its heap.
std::size_t HeapLimit::OnNearLimit(void* data, std::size_t current, std::size_t /*initial*/) {
  auto* self = static_cast<HeapLimit*>(data);
  v8::HeapStatistics heap;
  self->functions_.heap_statistics(self->isolate_, &heap);
  // Of the pages it holds, not of what is used of them: V8 compares those, and would end the process at once.
  // One collection may have moved more of the young objects than we give (Node 24), or have left pages that
  // are hardly used (Node 20).
  const std::size_t granted = std::max<std::size_t>(current, heap.total) + kRoom;
  if (self->asked_) {
    // Next is V8's debugger, which would give four times the heap, and nobody who ends a thread: with no more
    // room V8 ends the process.
    const bool ends_here = self->is_debugged_ && self->thread_id_ == 0;
    if (self->grants_ == kMostGrants) return current;
    if (++self->grants_ == kMostGrants && !ends_here) self->LetOthers();
    return granted;
  }
  self->grants_ = 1;
  self->limit_before_ = current;
  self->heap_limit_ = heap.limit;
  self->looked_ = MonotonicNow();
  self->asked_ = true;
  self->Write(false);
  if (self->handlers_.ask_interrupt) self->handlers_.ask_interrupt();
  return granted;
}

void HeapLimit::Write(bool with_stack) {
  if (!handlers_.write) return;
  v8::HeapStatistics heap;
  functions_.heap_statistics(isolate_, &heap);
  auto stack = nlohmann::json::array();
  if (with_stack) stack = TakeJsStack(env_, functions_, kFrames);
  handlers_.write({{"event", "outOfMemory"},
                   {"time", IsoTime(MonotonicNow())},
                   {"pid", getpid()},
                   {"threadId", thread_id_},
                   {"heapLimit", heap_limit_},
                   {"heapUsed", heap.used},
                   {"stack", std::move(stack)},
                   {"spaces", SpacesJson(functions_, isolate_)}});
}

void HeapLimit::OnInterrupt(bool may_run_javascript) {
  if (!asked_ || std::exchange(serving_, true)) return;
  Write(true);
  // Counting what is there collects garbage several times, in vain: V8 goes on asking for room meanwhile.
  if (may_run_javascript && handlers_.near_limit) handlers_.near_limit();
  if (thread_id_ != 0) GiveBackRoom();
  serving_ = false;
  asked_ = false;
  LetOthers();
}

// Node's callback, which ends the worker and not the process, gives 16 MB, and V8 ends the process at once if
// one collection left it with more pages than that. It may where the young objects have had our room to grow
// in (Node 24, on a busy machine).
void HeapLimit::GiveBackRoom() {
  seam_.LookUpRest();
  if (functions_.low_memory_notification == nullptr) return;
  functions_.low_memory_notification(isolate_);
  LetOthers(limit_before_);
}

void HeapLimit::RearmIfShrunk() {
  const MonoNanos now = MonotonicNow();
  if (asked_ || now - looked_ < kLookEvery) return;
  looked_ = now;
  v8::HeapStatistics heap;
  functions_.heap_statistics(isolate_, &heap);
  if (heap.used > limit_before_ / 4 * 3) return;
  // Only with a callback that it removes does V8 take a lower limit.
  Arm();
  LetOthers(std::exchange(limit_before_, 0));
  if (handlers_.write) Arm();
}

}  // namespace loopdet
