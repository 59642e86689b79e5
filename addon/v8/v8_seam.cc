#include "v8/v8_seam.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "core/base/crc32c.h"
#include "v8/symbol_table.h"

namespace loopdet::v8 {

// Each look-up reads pages of names from all over the executable: what a start does not need waits, and what
// may be hidden from the loader (in builds of Node 24 and newer) takes 2 ms, unless it is known where it is.
enum class When { kStart, kStartHidden, kLater, kHidden };

constexpr bool IsOfStart(When when) {
  return when == When::kStart || when == When::kStartHidden;
}
constexpr bool MayBeHidden(When when) {
  return when == When::kStartHidden || when == When::kHidden;
}

// One row per function: the feature it belongs to, its mangled name, and where its address goes.
struct Row {
  const char* feature;
  const char* symbol;
  std::size_t offset;
  When when = When::kStart;
};

namespace {

const Row kRows[] = {
    {"isolate", "_ZN2v87Isolate10GetCurrentEv", offsetof(Functions, get_current)},
    {"isolate", "_ZN2v87Isolate17GetCurrentContextEv", offsetof(Functions, current_context)},
    {"interrupt", "_ZN2v87Isolate16RequestInterruptEPFvPS0_PvES2_", offsetof(Functions, request_interrupt)},
    {"throwHook", "_ZN2v87Isolate35SetAbortOnUncaughtExceptionCallbackEPFbPS0_E",
     offsetof(Functions, set_uncaught_callback)},
    {"throwHook", "_ZN4node30ShouldAbortOnUncaughtExceptionEPN2v87IsolateE",
     offsetof(Functions, node_should_abort)},
    {"throwHook", "_ZN2v82V818SetFlagsFromStringEPKc", offsetof(Functions, set_flags)},
    {"throwHook", "_ZN2v87Isolate16EnqueueMicrotaskEPFvPvES1_", offsetof(Functions, enqueue_microtask)},
    {"rejectionHook", "_ZN2v87Isolate24SetPromiseRejectCallbackEPFvNS_20PromiseRejectMessageEE",
     offsetof(Functions, set_rejection_callback)},
    {"rejectionHook", "_ZN4node21PromiseRejectCallbackEN2v820PromiseRejectMessageE",
     offsetof(Functions, node_on_rejection)},
    {"stackFormat",
     "_ZN2v87Isolate28SetPrepareStackTraceCallbackEPFNS_10MaybeLocalINS_5ValueEEENS_5LocalINS_7ContextEEENS4_"
     "IS2_EENS4_INS_5ArrayEEEE",
     offsetof(Functions, set_prepare_stack_trace)},
    {"stackFormat",
     "_ZN4node25PrepareStackTraceCallbackEN2v85LocalINS0_7ContextEEENS1_INS0_5ValueEEENS1_INS0_5ArrayEEE",
     offsetof(Functions, node_prepare_stack_trace)},
    {"stackFormat", "_ZN2v87Isolate14ThrowExceptionENS_5LocalINS_5ValueEEE",
     offsetof(Functions, throw_exception)},
    {"codeCache", "_ZN2v814ScriptCompiler20CachedDataVersionTagEv", offsetof(Functions, code_cache_tag)},
    {"pendingException", "_ZN2v87Isolate19HasPendingExceptionEv", offsetof(Functions, has_pending_exception)},
    {"stack", "_ZN2v810StackTrace17CurrentStackTraceEPNS_7IsolateEiNS0_17StackTraceOptionsE",
     offsetof(Functions, current_stack_trace)},
    {"stack", "_ZNK2v810StackTrace13GetFrameCountEv", offsetof(Functions, frame_count)},
    {"stack", "_ZNK2v810StackTrace8GetFrameEPNS_7IsolateEj", offsetof(Functions, frame)},
    {"stack", "_ZNK2v810StackFrame15GetFunctionNameEv", offsetof(Functions, function_name)},
    {"stack", "_ZNK2v810StackFrame13GetScriptNameEv", offsetof(Functions, script_name)},
    {"stack", "_ZNK2v810StackFrame11GetLocationEv", offsetof(Functions, location)},
    {"terminate", "_ZN2v87Isolate22IsExecutionTerminatingEv", offsetof(Functions, is_terminating)},
    {"terminate", "_ZN2v87Isolate24CancelTerminateExecutionEv", offsetof(Functions, cancel_terminate)},
    {"terminate", "_ZN2v87Isolate18TerminateExecutionEv", offsetof(Functions, terminate)},
    {"gc", "_ZN2v87Isolate21AddGCPrologueCallbackEPFvPS0_NS_6GCTypeENS_15GCCallbackFlagsEPvES4_S2_",
     offsetof(Functions, add_gc_prologue)},
    {"gc", "_ZN2v87Isolate24RemoveGCPrologueCallbackEPFvPS0_NS_6GCTypeENS_15GCCallbackFlagsEPvES4_",
     offsetof(Functions, remove_gc_prologue)},
    {"gc", "_ZN2v87Isolate21AddGCEpilogueCallbackEPFvPS0_NS_6GCTypeENS_15GCCallbackFlagsEPvES4_S2_",
     offsetof(Functions, add_gc_epilogue)},
    {"gc", "_ZN2v87Isolate24RemoveGCEpilogueCallbackEPFvPS0_NS_6GCTypeENS_15GCCallbackFlagsEPvES4_",
     offsetof(Functions, remove_gc_epilogue)},
    {"hiddenFrames", "_ZN2v85debug22CompileInspectorScriptEPNS_7IsolateENS_5LocalINS_6StringEEE",
     offsetof(Functions, compile_hidden), When::kStartHidden},
    {"hiddenFrames", "_ZN2v813UnboundScript20BindToCurrentContextEv", offsetof(Functions, bind_script)},
    {"hiddenFrames", "_ZN2v813UnboundScript13GetLineNumberEi", offsetof(Functions, line_of)},
    {"hiddenFrames", "_ZN2v86Script3RunENS_5LocalINS_7ContextEEE", offsetof(Functions, run_script)},
    {"nativeStack", "_ZN2v87Isolate20GetEmbeddedCodeRangeEPPKvPm", offsetof(Functions, embedded_code_range)},
    {"nativeStack", "_ZN2v87Isolate12GetCodeRangeEPPvPm", offsetof(Functions, code_range)},
    {"heapLimit", "_ZN2v87Isolate24AddNearHeapLimitCallbackEPFmPvmmES1_",
     offsetof(Functions, add_near_heap_limit)},
    {"heapLimit", "_ZN2v87Isolate27RemoveNearHeapLimitCallbackEPFmPvmmEm",
     offsetof(Functions, remove_near_heap_limit)},
    {"heapLimit", "_ZN2v87Isolate17GetHeapStatisticsEPNS_14HeapStatisticsE",
     offsetof(Functions, heap_statistics)},
    {"heapLimit", "_ZN2v87Isolate18NumberOfHeapSpacesEv", offsetof(Functions, heap_space_count)},
    {"heapLimit", "_ZN2v87Isolate22GetHeapSpaceStatisticsEPNS_19HeapSpaceStatisticsEm",
     offsetof(Functions, heap_space_statistics)},
    {"heapLimit", "_ZN2v87Isolate21LowMemoryNotificationEv", offsetof(Functions, low_memory_notification),
     When::kLater},
    {"cpuProfile",
     "_ZN2v811CpuProfiler3NewEPNS_7IsolateENS_22CpuProfilingNamingModeENS_23CpuProfilingLoggingModeE",
     offsetof(Functions, new_profiler)},
    {"cpuProfile", "_ZN2v811CpuProfiler7DisposeEv", offsetof(Functions, dispose_profiler)},
    {"cpuProfile", "_ZN2v811CpuProfiler19SetSamplingIntervalEi", offsetof(Functions, set_sampling_interval)},
    {"cpuProfile", "_ZN2v811CpuProfiler14StartProfilingENS_5LocalINS_6StringEEENS_16CpuProfilingModeEbj",
     offsetof(Functions, start_profiling)},
    {"cpuProfile", "_ZN2v811CpuProfiler13StopProfilingENS_5LocalINS_6StringEEE",
     offsetof(Functions, stop_profiling)},
    {"cpuProfile", "_ZN2v810CpuProfile6DeleteEv", offsetof(Functions, delete_profile)},
    {"directCalls", "_ZN2v811CpuProfiler38UseDetailedSourcePositionsForProfilingEPNS_7IsolateE",
     offsetof(Functions, keep_positions)},
    {"directCalls",
     "_ZN2v87Isolate22SetJitCodeEventHandlerENS_19JitCodeEventOptionsEPFvPKNS_12JitCodeEventEE",
     offsetof(Functions, set_jit_handler)},
    {"directCalls", "_ZN2v88internal8compiler23CompilationDependencies28DependOnNoProfilingProtectorEv",
     offsetof(Functions, depend_on_no_profiling)},
    {"lateProfile", "_ZN2v88internal11Deoptimizer13DeoptimizeAllEPNS0_7IsolateE",
     offsetof(Functions, deoptimize_all), When::kStartHidden},
    {"cpuProfile", "_ZNK2v810CpuProfile14GetTopDownRootEv", offsetof(Functions, profile_root), When::kLater},
    {"cpuProfile", "_ZNK2v810CpuProfile12GetStartTimeEv", offsetof(Functions, profile_start), When::kLater},
    {"cpuProfile", "_ZNK2v810CpuProfile10GetEndTimeEv", offsetof(Functions, profile_end), When::kLater},
    {"cpuProfile", "_ZNK2v810CpuProfile15GetSamplesCountEv", offsetof(Functions, sample_count), When::kLater},
    {"cpuProfile", "_ZNK2v810CpuProfile9GetSampleEi", offsetof(Functions, sample), When::kLater},
    {"cpuProfile", "_ZNK2v810CpuProfile18GetSampleTimestampEi", offsetof(Functions, sample_time),
     When::kLater},
    {"cpuProfile", "_ZNK2v814CpuProfileNode18GetFunctionNameStrEv", offsetof(Functions, node_function),
     When::kLater},
    {"cpuProfile", "_ZNK2v814CpuProfileNode24GetScriptResourceNameStrEv", offsetof(Functions, node_script),
     When::kLater},
    {"cpuProfile", "_ZNK2v814CpuProfileNode11GetScriptIdEv", offsetof(Functions, node_script_id),
     When::kLater},
    {"cpuProfile", "_ZNK2v814CpuProfileNode13GetLineNumberEv", offsetof(Functions, node_line), When::kLater},
    {"cpuProfile", "_ZNK2v814CpuProfileNode15GetColumnNumberEv", offsetof(Functions, node_column),
     When::kLater},
    {"cpuProfile", "_ZNK2v814CpuProfileNode11GetHitCountEv", offsetof(Functions, node_hits), When::kLater},
    {"cpuProfile", "_ZNK2v814CpuProfileNode9GetNodeIdEv", offsetof(Functions, node_id), When::kLater},
    {"cpuProfile", "_ZNK2v814CpuProfileNode16GetChildrenCountEv", offsetof(Functions, node_children),
     When::kLater},
    {"cpuProfile", "_ZNK2v814CpuProfileNode8GetChildEi", offsetof(Functions, node_child), When::kLater},
    {"cpuProfile", "_ZNK2v814CpuProfileNode15GetHitLineCountEv", offsetof(Functions, node_tick_count),
     When::kLater},
    {"cpuProfile", "_ZNK2v814CpuProfileNode12GetLineTicksEPNS0_8LineTickEj", offsetof(Functions, node_ticks),
     When::kLater},
    {"heapClasses", "_ZN2v87Isolate15GetHeapProfilerEv", offsetof(Functions, heap_profiler), When::kLater},
    {"heapClasses",
     "_ZN2v812HeapProfiler12QueryObjectsENS_5LocalINS_7ContextEEEPNS_20QueryObjectPredicateEPSt6vectorINS_"
     "6GlobalINS_6ObjectEEESaIS9_EE",
     offsetof(Functions, query_objects), When::kLater},
    {"heapClasses", "_ZN2v86Object18GetConstructorNameEv", offsetof(Functions, constructor_name),
     When::kLater},
    {"objects", "_ZN2v86Object18GetConstructorNameEv", offsetof(Functions, class_name), When::kLater},
    {"objects", "_ZN2v87Promise5StateEv", offsetof(Functions, promise_state), When::kLater},
    {"objects", "_ZN2v87Promise6ResultEv", offsetof(Functions, promise_result), When::kLater},
    {"objects", "_ZN2v85Proxy9GetTargetEv", offsetof(Functions, proxy_target), When::kLater},
    {"objects", "_ZN2v85Proxy10GetHandlerEv", offsetof(Functions, proxy_handler), When::kLater},
    {"objects", "_ZN2v86Object14PreviewEntriesEPb", offsetof(Functions, preview_entries), When::kLater},
    {"scriptHashes",
     "_ZN2v85debug16GetLoadedScriptsEPNS_7IsolateERSt6vectorINS_6GlobalINS0_6ScriptEEESaIS6_EE",
     offsetof(Functions, loaded_scripts), When::kHidden},
    {"scriptHashes", "_ZNK2v85debug6Script13GetSha256HashEv", offsetof(Functions, script_hash),
     When::kHidden},
    {"scriptHashes", "_ZN2v812api_internal13DisposeGlobalEPm", offsetof(Functions, dispose_global),
     When::kHidden},
    {"scriptLines", "_ZNK2v85debug6Script17GetSourceLocationEi", offsetof(Functions, script_position),
     When::kHidden},
    {"heapWalk", "_ZN2v88internal7Isolate42CollectSourcePositionsForAllBytecodeArraysEv",
     offsetof(Functions, collect_positions), When::kHidden},
    {"promiseSpeed", "_ZN2v88internal8compiler23CompilationDependencies28DependOnPromiseHookProtectorEv",
     offsetof(Functions, depend_on_promise_hook), When::kHidden},
    {"promiseSpeed", "_ZN2v88internal7Isolate23PromiseHookStateUpdatedEv",
     offsetof(Functions, promise_hooks_changed), When::kHidden},
    {"wasmTrap", "_ZN2v829TryHandleWebAssemblyTrapPosixEiP9siginfo_tPv",
     offsetof(Functions, handles_wasm_trap)},
};

// As much code as tells one function from another.
constexpr std::size_t kChecked = 64;

std::uint32_t ChecksumOf(const void* code) {
  return Crc32c({static_cast<const std::byte*>(code), kChecked});
}

}  // namespace

Seam::Seam(const std::vector<std::string>& without, std::vector<KnownSymbol> known)
    : without_(without), known_(std::move(known)), module_(FindModule(dlsym(RTLD_DEFAULT, kRows[0].symbol))) {
  for (const Row& row : kRows) {
    if (IsOfStart(row.when)) Keep(row, Find(row));
  }
  LookUpKnown();
  // Everything takes an isolate.
  if (functions_.get_current != nullptr) return;
  functions_ = {};
  for (Feature& feature : features_) {
    if (feature.missing.empty()) feature.missing = features_.front().missing;
  }
}

void Seam::LookUpKnown() {
  std::vector<void*> addresses;
  for (const Row& row : kRows) {
    if (row.when != When::kHidden) continue;
    // Builds of Node 20 and 22 export them all.
    void* const address = FindAtOnce(row);
    if (address == nullptr && !IsRefused(row)) return;
    addresses.push_back(address);
  }
  auto address = addresses.begin();
  for (const Row& row : kRows) {
    if (row.when == When::kHidden) Keep(row, *address++);
  }
  is_whole_ = true;
}

void Seam::LookUpRest() {
  const std::lock_guard guard(lock_);
  if (std::exchange(has_rest_, true)) return;
  for (const Row& row : kRows) {
    if (row.when == When::kLater) Keep(row, Find(row));
  }
}

void Seam::LookUpHidden() {
  if (is_whole_) return;
  for (const Row& row : kRows) {
    if (row.when != When::kHidden) continue;
    // Without the lock, for which the program's threads would wait.
    void* const address = Find(row);
    const std::lock_guard guard(lock_);
    Keep(row, address);
  }
  is_whole_ = true;
}

bool Seam::IsRefused(const Row& row) const {
  const bool possible = IsOfStart(row.when) || functions_.get_current != nullptr;
  return !possible || std::find(without_.begin(), without_.end(), row.feature) != without_.end();
}

void* Seam::FindAtOnce(const Row& row) const {
  if (IsRefused(row)) return nullptr;
  void* const known = MayBeHidden(row.when) ? FindKnown(row.symbol) : nullptr;
  return known != nullptr ? known : dlsym(RTLD_DEFAULT, row.symbol);
}

void* Seam::Find(const Row& row) const {
  void* const address = FindAtOnce(row);
  const bool is_searched = MayBeHidden(row.when) && !IsRefused(row) && functions_.get_current != nullptr;
  if (address != nullptr || !is_searched) return address;
  const auto* const inside = reinterpret_cast<const void*>(functions_.get_current);
  return reinterpret_cast<void*>(FindHiddenSymbol(inside, row.symbol, row.symbol));
}

void* Seam::FindKnown(std::string_view symbol) const {
  const auto known = std::find_if(known_.begin(), known_.end(),
                                  [symbol](const KnownSymbol& one) { return one.name == symbol; });
  if (known == known_.end()) return nullptr;
  const auto inside = reinterpret_cast<std::intptr_t>(functions_.get_current);
  const auto* const code = reinterpret_cast<const char*>(inside + known->offset);
  for (const auto& segment : module_.segments) {
    const bool holds = !segment.writable && code >= segment.start && segment.length >= kChecked &&
                       code <= segment.start + (segment.length - kChecked);
    if (holds) return ChecksumOf(code) == known->checksum ? const_cast<char*>(code) : nullptr;
  }
  return nullptr;
}

std::vector<KnownSymbol> Seam::HiddenSymbols() const {
  std::vector<KnownSymbol> found;
  for (const Row& row : kRows) {
    if (!MayBeHidden(row.when) || IsRefused(row)) continue;
    const char* code = nullptr;
    std::memcpy(&code, reinterpret_cast<const char*>(&functions_) + row.offset, sizeof code);
    if (code == nullptr) continue;
    found.push_back(
        {row.symbol, code - reinterpret_cast<const char*>(functions_.get_current), ChecksumOf(code)});
  }
  return found;
}

void Seam::Keep(const Row& row, void* address) {
  auto feature = std::find_if(features_.begin(), features_.end(),
                              [&row](const Feature& known) { return known.name == row.feature; });
  if (feature == features_.end()) feature = features_.insert(feature, {row.feature, ""});
  if (address == nullptr && feature->missing.empty())
    feature->missing = IsRefused(row) ? "LOOPDET_V8_WITHOUT" : row.symbol;
  std::memcpy(reinterpret_cast<char*>(&functions_) + row.offset, &address, sizeof address);
}

bool Seam::Has(std::string_view feature) const {
  const std::lock_guard guard(lock_);
  return std::any_of(features_.begin(), features_.end(), [feature](const Feature& known) {
    return known.name == feature && known.missing.empty();
  });
}

}  // namespace loopdet::v8
