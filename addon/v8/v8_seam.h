#pragma once

#include <signal.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// The only door to V8. Node-API is ABI-stable and V8's C++ API is not, but the functions below take and
// return only pointers and integers, keep their mangled names from Node 18 to 26, and are exported by the
// `node` executable. They are looked up at load and never linked; each is optional, and nothing here uses a
// V8 header or inlined V8 code.
namespace loopdet::v8 {

// V8's own objects, seen only as pointers.
struct Isolate;
struct StackTrace;
struct StackFrame;

// A v8::Local<T>: one pointer, with the bits of a napi_value. Valid within the innermost handle scope; null
// is empty.
template <typename T>
using Local = T*;
struct Value;
struct Context;

// StackFrame::GetLocation(): counts from 0, -1 is unknown.
struct Location {
  int line;
  int column;
};

using InterruptCallback = void (*)(Isolate*, void*);
using UncaughtCallback = bool (*)(Isolate*);
using GcCallback = void (*)(Isolate*, int type, int flags, void* data);
using Microtask = void (*)(void*);
// Gives the new limit.
using NearHeapLimitCallback = std::size_t (*)(void* data, std::size_t current, std::size_t initial);

// v8::HeapStatistics as far as it is the same in V8 11 to 14. V8 writes more: hence the room.
struct HeapStatistics {
  std::size_t total = 0;
  std::size_t executable = 0;
  std::size_t physical = 0;
  std::size_t available = 0;
  std::size_t used = 0;
  std::size_t limit = 0;
  std::size_t malloced = 0;
  std::size_t external = 0;
  std::array<std::size_t, 24> room{};
};

// v8::HeapSpaceStatistics, likewise.
struct HeapSpaceStatistics {
  const char* name = nullptr;  // V8's constant
  std::size_t size = 0;
  std::size_t used = 0;
  std::size_t available = 0;
  std::size_t physical = 0;
  std::array<std::size_t, 11> room{};
};

// Null where this Node does not have the function, or where the user told loopdet to do without it.
struct Functions {
  Isolate* (*get_current)() = nullptr;
  void (*request_interrupt)(Isolate*, InterruptCallback, void*) = nullptr;

  void (*set_uncaught_callback)(Isolate*, UncaughtCallback) = nullptr;
  bool (*node_should_abort)(Isolate*) = nullptr;
  void (*set_flags)(const char*) = nullptr;
  std::uint32_t (*code_cache_tag)() = nullptr;
  bool (*has_pending_exception)(Isolate*) = nullptr;  // Node 24 and newer
  void (*enqueue_microtask)(Isolate*, Microtask, void*) = nullptr;

  bool (*is_terminating)(Isolate*) = nullptr;
  void (*cancel_terminate)(Isolate*) = nullptr;
  void (*terminate)(Isolate*) = nullptr;

  Local<StackTrace> (*current_stack_trace)(Isolate*, int limit, int options) = nullptr;
  int (*frame_count)(const StackTrace*) = nullptr;
  Local<StackFrame> (*frame)(const StackTrace*, Isolate*, std::uint32_t) = nullptr;
  Local<Value> (*function_name)(const StackFrame*) = nullptr;
  Local<Value> (*script_name)(const StackFrame*) = nullptr;
  Location (*location)(const StackFrame*) = nullptr;

  void (*add_gc_prologue)(Isolate*, GcCallback, void*, int type_filter) = nullptr;
  void (*remove_gc_prologue)(Isolate*, GcCallback, void*) = nullptr;
  void (*add_gc_epilogue)(Isolate*, GcCallback, void*, int type_filter) = nullptr;
  void (*remove_gc_epilogue)(Isolate*, GcCallback, void*) = nullptr;

  // Null with an exception pending: it goes on to whoever called us.
  Local<Value> (*call)(Local<Value> function, Local<Context>, Local<Value> receiver, int count,
                       Local<Value>* arguments) = nullptr;
  Local<Context> (*current_context)(Isolate*) = nullptr;

  void (*embedded_code_range)(Isolate*, const void** start, std::size_t* length) = nullptr;

  void (*add_near_heap_limit)(Isolate*, NearHeapLimitCallback, void*) = nullptr;
  // A limit above 0 is set; V8 aborts if the callback is not there.
  void (*remove_near_heap_limit)(Isolate*, NearHeapLimitCallback, std::size_t limit) = nullptr;
  void (*heap_statistics)(Isolate*, HeapStatistics*) = nullptr;
  std::size_t (*heap_space_count)(Isolate*) = nullptr;
  bool (*heap_space_statistics)(Isolate*, HeapSpaceStatistics*, std::size_t index) = nullptr;

  // In a handler of SIGSEGV: whether the fault is WebAssembly's and has become an exception.
  bool (*handles_wasm_trap)(int signal, siginfo_t*, void* context) = nullptr;
};

// One thing that V8 makes possible: it works if every function it needs is there.
struct Feature {
  std::string name;
  std::string missing;  // the mangled name that was not found, or "LOOPDET_V8_WITHOUT"; empty: it works
};

class Seam {
 public:
  // `without`: names of features to behave as if this Node lacked them.
  explicit Seam(const std::vector<std::string>& without);

  [[nodiscard]] const Functions& functions() const { return functions_; }
  [[nodiscard]] const std::vector<Feature>& features() const { return features_; }
  [[nodiscard]] bool Has(std::string_view feature) const;

 private:
  Functions functions_;
  std::vector<Feature> features_;
};

}  // namespace loopdet::v8
