#include "v8/v8_seam.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "v8/symbol_table.h"

namespace loopdet::v8 {

namespace {

// One row per function: the feature it belongs to, its mangled name, and where its address goes. Each look-up
// reads pages of names from all over the executable: what a start does not need waits.
struct Row {
  const char* feature;
  const char* symbol;
  std::size_t offset;
  bool at_start = true;
  bool may_be_hidden = false;  // from the loader, in builds of Node 24 and newer
};

const Row kRows[] = {
    {"isolate", "_ZN2v87Isolate10GetCurrentEv", offsetof(Functions, get_current)},
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
    {"call", "_ZN2v88Function4CallENS_5LocalINS_7ContextEEENS1_INS_5ValueEEEiPS5_",
     offsetof(Functions, call)},
    {"call", "_ZN2v87Isolate17GetCurrentContextEv", offsetof(Functions, current_context)},
    {"nativeStack", "_ZN2v87Isolate20GetEmbeddedCodeRangeEPPKvPm", offsetof(Functions, embedded_code_range)},
    {"heapLimit", "_ZN2v87Isolate24AddNearHeapLimitCallbackEPFmPvmmES1_",
     offsetof(Functions, add_near_heap_limit)},
    {"heapLimit", "_ZN2v87Isolate27RemoveNearHeapLimitCallbackEPFmPvmmEm",
     offsetof(Functions, remove_near_heap_limit)},
    {"heapLimit", "_ZN2v87Isolate17GetHeapStatisticsEPNS_14HeapStatisticsE",
     offsetof(Functions, heap_statistics)},
    {"heapLimit", "_ZN2v87Isolate18NumberOfHeapSpacesEv", offsetof(Functions, heap_space_count)},
    {"heapLimit", "_ZN2v87Isolate22GetHeapSpaceStatisticsEPNS_19HeapSpaceStatisticsEm",
     offsetof(Functions, heap_space_statistics)},
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
    {"cpuProfile", "_ZNK2v810CpuProfile14GetTopDownRootEv", offsetof(Functions, profile_root), false},
    {"cpuProfile", "_ZNK2v810CpuProfile12GetStartTimeEv", offsetof(Functions, profile_start), false},
    {"cpuProfile", "_ZNK2v810CpuProfile10GetEndTimeEv", offsetof(Functions, profile_end), false},
    {"cpuProfile", "_ZNK2v810CpuProfile15GetSamplesCountEv", offsetof(Functions, sample_count), false},
    {"cpuProfile", "_ZNK2v810CpuProfile9GetSampleEi", offsetof(Functions, sample), false},
    {"cpuProfile", "_ZNK2v810CpuProfile18GetSampleTimestampEi", offsetof(Functions, sample_time), false},
    {"cpuProfile", "_ZNK2v814CpuProfileNode18GetFunctionNameStrEv", offsetof(Functions, node_function),
     false},
    {"cpuProfile", "_ZNK2v814CpuProfileNode24GetScriptResourceNameStrEv", offsetof(Functions, node_script),
     false},
    {"cpuProfile", "_ZNK2v814CpuProfileNode11GetScriptIdEv", offsetof(Functions, node_script_id), false},
    {"cpuProfile", "_ZNK2v814CpuProfileNode13GetLineNumberEv", offsetof(Functions, node_line), false},
    {"cpuProfile", "_ZNK2v814CpuProfileNode15GetColumnNumberEv", offsetof(Functions, node_column), false},
    {"cpuProfile", "_ZNK2v814CpuProfileNode11GetHitCountEv", offsetof(Functions, node_hits), false},
    {"cpuProfile", "_ZNK2v814CpuProfileNode9GetNodeIdEv", offsetof(Functions, node_id), false},
    {"cpuProfile", "_ZNK2v814CpuProfileNode16GetChildrenCountEv", offsetof(Functions, node_children), false},
    {"cpuProfile", "_ZNK2v814CpuProfileNode8GetChildEi", offsetof(Functions, node_child), false},
    {"cpuProfile", "_ZNK2v814CpuProfileNode15GetHitLineCountEv", offsetof(Functions, node_tick_count), false},
    {"cpuProfile", "_ZNK2v814CpuProfileNode12GetLineTicksEPNS0_8LineTickEj", offsetof(Functions, node_ticks),
     false},
    {"heapClasses", "_ZN2v87Isolate15GetHeapProfilerEv", offsetof(Functions, heap_profiler), false},
    {"heapClasses",
     "_ZN2v812HeapProfiler12QueryObjectsENS_5LocalINS_7ContextEEEPNS_20QueryObjectPredicateEPSt6vectorINS_"
     "6GlobalINS_6ObjectEEESaIS9_EE",
     offsetof(Functions, query_objects), false},
    {"heapClasses", "_ZN2v86Object18GetConstructorNameEv", offsetof(Functions, constructor_name), false},
    {"objects", "_ZN2v86Object18GetConstructorNameEv", offsetof(Functions, class_name), false},
    {"objects", "_ZN2v87Promise5StateEv", offsetof(Functions, promise_state), false},
    {"objects", "_ZN2v87Promise6ResultEv", offsetof(Functions, promise_result), false},
    {"objects", "_ZN2v85Proxy9GetTargetEv", offsetof(Functions, proxy_target), false},
    {"objects", "_ZN2v85Proxy10GetHandlerEv", offsetof(Functions, proxy_handler), false},
    {"objects", "_ZN2v86Object14PreviewEntriesEPb", offsetof(Functions, preview_entries), false},
    {"scriptHashes",
     "_ZN2v85debug16GetLoadedScriptsEPNS_7IsolateERSt6vectorINS_6GlobalINS0_6ScriptEEESaIS6_EE",
     offsetof(Functions, loaded_scripts), false, true},
    {"scriptHashes", "_ZNK2v85debug6Script13GetSha256HashEv", offsetof(Functions, script_hash), false, true},
    {"scriptHashes", "_ZN2v812api_internal13DisposeGlobalEPm", offsetof(Functions, dispose_global), false},
    {"heapWalk", "_ZN2v88internal7Isolate42CollectSourcePositionsForAllBytecodeArraysEv",
     offsetof(Functions, collect_positions), false, true},
    {"wasmTrap", "_ZN2v829TryHandleWebAssemblyTrapPosixEiP9siginfo_tPv",
     offsetof(Functions, handles_wasm_trap)},
};

}  // namespace

Seam::Seam(const std::vector<std::string>& without) : without_(without) {
  LookUp(true);
}

void Seam::LookUpRest() {
  const std::lock_guard guard(lock_);
  if (is_whole_) return;
  LookUp(false);
  is_whole_ = true;
}

// With the lock held, but in the constructor.
void Seam::LookUp(bool at_start) {
  // Everything takes an isolate.
  const bool possible = at_start || functions_.get_current != nullptr;
  for (const Row& row : kRows) {
    if (row.at_start != at_start) continue;
    auto feature = std::find_if(features_.begin(), features_.end(),
                                [&row](const Feature& known) { return known.name == row.feature; });
    if (feature == features_.end()) feature = features_.insert(feature, {row.feature, ""});
    const bool refused =
        !possible || std::find(without_.begin(), without_.end(), row.feature) != without_.end();
    void* address = refused ? nullptr : dlsym(RTLD_DEFAULT, row.symbol);
    if (address == nullptr && !refused && row.may_be_hidden) {
      address = reinterpret_cast<void*>(
          FindHiddenSymbol(reinterpret_cast<const void*>(functions_.get_current), row.symbol, row.symbol));
    }
    if (address == nullptr && feature->missing.empty())
      feature->missing = refused ? "LOOPDET_V8_WITHOUT" : row.symbol;
    std::memcpy(reinterpret_cast<char*>(&functions_) + row.offset, &address, sizeof address);
  }
  if (functions_.get_current != nullptr) return;
  functions_ = {};
  for (Feature& feature : features_) {
    if (feature.missing.empty()) feature.missing = features_.front().missing;
  }
}

bool Seam::Has(std::string_view feature) const {
  const std::lock_guard guard(lock_);
  return std::any_of(features_.begin(), features_.end(), [feature](const Feature& known) {
    return known.name == feature && known.missing.empty();
  });
}

}  // namespace loopdet::v8
