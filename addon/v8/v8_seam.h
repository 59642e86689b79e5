#pragma once

#include <signal.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/host/loaded_module.h"

// The only door to V8. Node-API is ABI-stable and V8's C++ API is not, but the functions below take and
// return only pointers and integers, keep their mangled names from Node 18 to 26, and are exported by the
// `node` executable. They are looked up at load and never linked; each is optional, and nothing here uses a
// V8 header or inlined V8 code.
namespace loopdet::v8 {

// V8's own objects, seen only as pointers.
struct Isolate;
struct StackTrace;
struct StackFrame;
struct CpuProfiler;
struct CpuProfile;
struct CpuProfileNode;
struct HeapProfiler;
struct Object;

// A v8::Local<T>: one pointer, with the bits of a napi_value. Valid within the innermost handle scope; null
// is empty.
template <typename T>
using Local = T*;
struct Value;
struct String;
struct Context;
struct Promise;
struct Proxy;
struct UnboundScript;
struct Script;

// StackFrame::GetLocation(): counts from 0, -1 is unknown.
struct Location {
  int line;
  int column;
};

// v8::QueryObjectPredicate: asked for each object on the heap. No data, and the same virtual functions in V8
// 11 to 14.
class ObjectPredicate {
 public:
  virtual ~ObjectPredicate() = default;
  virtual bool Filter(Local<Object> object) = 0;
};
// As libstdc++ lays one out.
using ObjectVector = std::array<void*, 3>;

// v8::PromiseRejectMessage, which is passed by value.
struct Rejection {
  enum Event : int { kWithoutHandler, kHandlerAdded, kRejectedAgain, kResolvedAgain };
  Local<Promise> promise;
  Event event;
  Local<Value> reason;
};
using RejectionCallback = void (*)(Rejection);
// Null with an exception pending: the stack stays unformatted.
using PrepareStackTrace = Local<Value> (*)(Local<Context>, Local<Value> error, Local<Value> sites);

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
  Local<Context> (*current_context)(Isolate*) = nullptr;
  void (*request_interrupt)(Isolate*, InterruptCallback, void*) = nullptr;

  void (*set_uncaught_callback)(Isolate*, UncaughtCallback) = nullptr;
  bool (*node_should_abort)(Isolate*) = nullptr;
  void (*set_flags)(const char*) = nullptr;
  std::uint32_t (*code_cache_tag)() = nullptr;
  bool (*has_pending_exception)(Isolate*) = nullptr;  // Node 24 and newer
  void (*enqueue_microtask)(Isolate*, Microtask, void*) = nullptr;

  // One callback an isolate: whoever sets it calls Node's own too.
  void (*set_rejection_callback)(Isolate*, RejectionCallback) = nullptr;
  RejectionCallback node_on_rejection = nullptr;

  // One callback an isolate, likewise.
  void (*set_prepare_stack_trace)(Isolate*, PrepareStackTrace) = nullptr;
  PrepareStackTrace node_prepare_stack_trace = nullptr;
  Local<Value> (*throw_exception)(Isolate*, Local<Value>) = nullptr;

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

  // Of a script as a debugger has them for itself: its functions have no frame in a stack. Null: an exception
  // is pending.
  Local<UnboundScript> (*compile_hidden)(Isolate*, Local<String> source) = nullptr;
  Local<Script> (*bind_script)(UnboundScript*) = nullptr;
  int (*line_of)(UnboundScript*, int offset) = nullptr;
  Local<Value> (*run_script)(Script*, Local<Context>) = nullptr;

  void (*embedded_code_range)(Isolate*, const void** start, std::size_t* length) = nullptr;
  // Where V8 puts what it compiles.
  void (*code_range)(Isolate*, void** start, std::size_t* length) = nullptr;

  void (*add_near_heap_limit)(Isolate*, NearHeapLimitCallback, void*) = nullptr;
  // A limit above 0 is set; V8 aborts if the callback is not there.
  void (*remove_near_heap_limit)(Isolate*, NearHeapLimitCallback, std::size_t limit) = nullptr;
  void (*heap_statistics)(Isolate*, HeapStatistics*) = nullptr;
  std::size_t (*heap_space_count)(Isolate*) = nullptr;
  bool (*heap_space_statistics)(Isolate*, HeapSpaceStatistics*, std::size_t index) = nullptr;
  // Collects garbage, whole, twice and more: what is free goes back to the system.
  void (*low_memory_notification)(Isolate*) = nullptr;

  // Modes as V8's enums have them: names 1 infers those that are missing, logging 0 ends with the last
  // profile; lines 0 are those of the innermost functions.
  CpuProfiler* (*new_profiler)(Isolate*, int naming, int logging) = nullptr;
  void (*dispose_profiler)(CpuProfiler*) = nullptr;
  void (*set_sampling_interval)(CpuProfiler*, int microseconds) = nullptr;
  int (*start_profiling)(CpuProfiler*, Local<String> title, int lines, bool samples, unsigned most) = nullptr;
  CpuProfile* (*stop_profiling)(CpuProfiler*, Local<String> title) = nullptr;
  void (*delete_profile)(CpuProfile*) = nullptr;
  // Positions of code are kept for every function, whether a profile is taken or not.
  void (*keep_positions)(Isolate*) = nullptr;
  void (*set_jit_handler)(Isolate*, int options, void (*handler)(const void* event)) = nullptr;
  // Optimised code is thrown away, and made anew where it is needed.
  void (*deoptimize_all)(Isolate*) = nullptr;
  // What V8's compiler asks whether a profile may see its code. Only to be looked at: see DirectCalls. Node
  // 22 and newer.
  void* depend_on_no_profiling = nullptr;
  const CpuProfileNode* (*profile_root)(const CpuProfile*) = nullptr;
  std::int64_t (*profile_start)(const CpuProfile*) = nullptr;
  std::int64_t (*profile_end)(const CpuProfile*) = nullptr;
  int (*sample_count)(const CpuProfile*) = nullptr;
  const CpuProfileNode* (*sample)(const CpuProfile*, int) = nullptr;
  std::int64_t (*sample_time)(const CpuProfile*, int) = nullptr;
  // Texts are V8's, and live as long as the profile.
  const char* (*node_function)(const CpuProfileNode*) = nullptr;
  const char* (*node_script)(const CpuProfileNode*) = nullptr;
  int (*node_script_id)(const CpuProfileNode*) = nullptr;
  int (*node_line)(const CpuProfileNode*) = nullptr;    // from 1; 0: none
  int (*node_column)(const CpuProfileNode*) = nullptr;  // likewise
  unsigned (*node_hits)(const CpuProfileNode*) = nullptr;
  unsigned (*node_id)(const CpuProfileNode*) = nullptr;
  int (*node_children)(const CpuProfileNode*) = nullptr;
  const CpuProfileNode* (*node_child)(const CpuProfileNode*, int) = nullptr;
  unsigned (*node_tick_count)(const CpuProfileNode*) = nullptr;
  // Fills `length` structs of ints: {line, ticks}, and in Node 26 {line, column, ticks}.
  bool (*node_ticks)(const CpuProfileNode*, int* entries, unsigned length) = nullptr;

  HeapProfiler* (*heap_profiler)(Isolate*) = nullptr;
  // `found`: V8's std::vector of those that the predicate wants, empty.
  void (*query_objects)(HeapProfiler*, Local<Context>, ObjectPredicate*, ObjectVector* found) = nullptr;
  Local<String> (*constructor_name)(const Object*) = nullptr;

  // What JavaScript cannot ask of an object.
  Local<String> (*class_name)(Local<Object>) = nullptr;
  int (*promise_state)(Local<Promise>) = nullptr;  // 0 pending
  Local<Value> (*promise_result)(Local<Promise>) = nullptr;
  Local<Value> (*proxy_target)(Local<Proxy>) = nullptr;
  Local<Value> (*proxy_handler)(Local<Proxy>) = nullptr;
  // Null: it has none to show.
  Local<Value> (*preview_entries)(Local<Object>, bool* is_keyed) = nullptr;

  // The following by LookUpHidden. What V8 works out of every script as a debugger is enabled, and then
  // remembers. `scripts`: V8's std::vector of its Globals, empty.
  void (*loaded_scripts)(Isolate*, ObjectVector* scripts) = nullptr;
  void* (*script_hash)(const void* script) = nullptr;
  // A debug::Location, which nobody reads: V8 has worked out where each line of the script begins.
  std::array<int, 3> (*script_position)(const void* script, int offset) = nullptr;
  void (*dispose_global)(void* global) = nullptr;
  // What V8 does of the whole heap likewise. Only to be looked at: see WithoutHeapWalk.
  void (*collect_positions)(Isolate*) = nullptr;
  // What V8's compiler asks whether promises may have hooks. Only to be looked at: see RestorePromiseSpeed.
  void* depend_on_promise_hook = nullptr;
  // Whether they have is worked out anew; if so, the compiler no longer relies on the contrary.
  void (*promise_hooks_changed)(Isolate*) = nullptr;

  // In a handler of SIGSEGV: whether the fault is WebAssembly's and has become an exception.
  bool (*handles_wasm_trap)(int signal, siginfo_t*, void* context) = nullptr;
};

// One thing that V8 makes possible: it works if every function it needs is there.
struct Feature {
  std::string name;
  std::string missing;  // the mangled name that was not found, or "LOOPDET_V8_WITHOUT"; empty: it works
};

// Where a symbol that may be hidden was found before: seen from Isolate::GetCurrent, with a checksum of the
// code there. In another build of the same version there is other code.
struct KnownSymbol {
  std::string name;
  std::int64_t offset = 0;
  std::uint32_t checksum = 0;
};

struct Row;

class Seam {
 public:
  // `without`: names of features to behave as if this Node lacked them.
  explicit Seam(const std::vector<std::string>& without, std::vector<KnownSymbol> known = {});
  Seam(const Seam&) = delete;
  Seam& operator=(const Seam&) = delete;

  // Looks up what is not needed for a start: how a CPU profile is read. Once; from any thread.
  void LookUpRest();
  // Looks up what may be in the executable's symbol table only. Takes tens of milliseconds, if it is not
  // known where all of it is: not on a thread of the program's. On one thread.
  void LookUpHidden();
  // Whether that has been done: before, nobody may look at what it finds. From any thread.
  [[nodiscard]] bool IsWhole() const { return is_whole_; }

  // Where those are that may be hidden. After LookUpHidden.
  [[nodiscard]] std::vector<KnownSymbol> HiddenSymbols() const;

  [[nodiscard]] const Functions& functions() const { return functions_; }
  // That V8 is in.
  [[nodiscard]] const LoadedModule& module() const { return module_; }
  // Not beside LookUpRest and LookUpHidden.
  [[nodiscard]] const std::vector<Feature>& features() const { return features_; }
  // As far as it has been looked up.
  [[nodiscard]] bool Has(std::string_view feature) const;

 private:
  [[nodiscard]] bool IsRefused(const Row& row) const;
  // Where it is known to be, or where the loader knows it.
  [[nodiscard]] void* FindAtOnce(const Row& row) const;
  // The same, or what the executable's symbol table has.
  [[nodiscard]] void* Find(const Row& row) const;
  [[nodiscard]] void* FindKnown(std::string_view symbol) const;
  // All that LookUpHidden would, or nothing.
  void LookUpKnown();
  // With the lock held, but in the constructor.
  void Keep(const Row& row, void* address);

  const std::vector<std::string> without_;
  const std::vector<KnownSymbol> known_;
  const LoadedModule module_;
  mutable std::mutex lock_;  // guards what these two change
  bool has_rest_ = false;
  std::atomic<bool> is_whole_{false};
  Functions functions_;
  std::vector<Feature> features_;
};

}  // namespace loopdet::v8
