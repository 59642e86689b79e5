#pragma once

#include <napi.h>

namespace loopdet {

// heapBegin() -> number: of a snapshot that is to be opened. Whoever has it closes it, whatever comes of it.
Napi::Value HeapBegin(const Napi::CallbackInfo& info);
// heapOpen(number, path) -> Promise: reads it beside the program's threads. Rejected with what is wrong with
// it.
Napi::Value HeapOpen(const Napi::CallbackInfo& info);
// heapProgress(number) -> {nodes, edges, selfBytes, done}: how far that is; 0 of what is not known yet.
Napi::Value HeapProgress(const Napi::CallbackInfo& info);
// heapAsk(number, what, optionsJson) -> Promise<JSON text>: see core/heap/heap_queries.h
Napi::Value HeapAsk(const Napi::CallbackInfo& info);
// heapCompare(before, after, third?) -> Promise<JSON text>
Napi::Value HeapCompare(const Napi::CallbackInfo& info);
// heapClose(number)
Napi::Value HeapClose(const Napi::CallbackInfo& info);

}  // namespace loopdet
