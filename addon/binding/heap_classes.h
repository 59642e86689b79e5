#pragma once

#include <node_api.h>

#include <optional>

#include "core/heap/class_counts.h"
#include "v8/v8_seam.h"

namespace loopdet {

// Counts the objects that are reachable on the calling thread's JavaScript heap, by their constructors. Costs
// V8 a few full collections and a set of all objects, which takes about as much memory as they do: ask before
// whether there is room. Runs no JavaScript. Nothing if this Node lacks it.
//
// A snapshot in memory would tell sizes too, but took 15 times the memory of a heap of small objects, and a
// second for each 10 MB (Node 22).
std::optional<ClassCounts> CountClasses(v8::Seam& seam, napi_env env, v8::Isolate* isolate);

}  // namespace loopdet
