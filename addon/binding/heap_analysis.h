#pragma once

#include <napi.h>

namespace loopdet {

// heapOpen(path) -> Promise<number>: reads a snapshot beside the program's threads. Rejected with what is
// wrong with it.
Napi::Value HeapOpen(const Napi::CallbackInfo& info);
// heapAsk(number, what, optionsJson) -> Promise<JSON text>: see core/heap/heap_queries.h
Napi::Value HeapAsk(const Napi::CallbackInfo& info);
// heapCompare(before, after, third?) -> Promise<JSON text>
Napi::Value HeapCompare(const Napi::CallbackInfo& info);
// heapClose(number)
Napi::Value HeapClose(const Napi::CallbackInfo& info);

}  // namespace loopdet
