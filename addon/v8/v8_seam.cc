#include "v8/v8_seam.h"

#include <dlfcn.h>

#include <algorithm>
#include <cstring>

namespace loopdet::v8 {

namespace {

// One row per function: the feature it belongs to, its mangled name, and where its address goes.
struct Row {
  const char* feature;
  const char* symbol;
  std::size_t offset;
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
    {"wasmTrap", "_ZN2v829TryHandleWebAssemblyTrapPosixEiP9siginfo_tPv",
     offsetof(Functions, handles_wasm_trap)},
};

}  // namespace

Seam::Seam(const std::vector<std::string>& without) {
  for (const Row& row : kRows) {
    auto feature = std::find_if(features_.begin(), features_.end(),
                                [&row](const Feature& known) { return known.name == row.feature; });
    if (feature == features_.end()) feature = features_.insert(feature, {row.feature, ""});
    const bool refused = std::find(without.begin(), without.end(), row.feature) != without.end();
    void* address = refused ? nullptr : dlsym(RTLD_DEFAULT, row.symbol);
    if (address == nullptr && feature->missing.empty())
      feature->missing = refused ? "LOOPDET_V8_WITHOUT" : row.symbol;
    std::memcpy(reinterpret_cast<char*>(&functions_) + row.offset, &address, sizeof address);
  }
  // Everything takes an isolate.
  if (Has("isolate")) return;
  functions_ = {};
  for (Feature& feature : features_) {
    if (feature.missing.empty()) feature.missing = features_.front().missing;
  }
}

bool Seam::Has(std::string_view feature) const {
  return std::any_of(features_.begin(), features_.end(), [feature](const Feature& known) {
    return known.name == feature && known.missing.empty();
  });
}

}  // namespace loopdet::v8
