#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "core/heap/heap_graph.h"

namespace loopdet::heap {

// What can be asked of a snapshot. The answer, or {error}: a sentence.
//   summary     -> {fileBytes, nodes, edges, strings, totalSize, statistics, byType[], largest[], suspects[]}
//   classes     -> {classes [{name, key, count, self, retained, distance}]}
//   instances   {key, limit} -> {count, instances [node]} largest first
//   inspect     {id, limit} -> {node, dominator, fields [{type, name, node}], fieldCount}
//   refs        {id, limit} -> {node, refs [{type, name, node}], refCount}
//   path        {id} -> {path [{edge, type, node}]} from a root down to it; empty: nothing leads to it
//   dominators  {id?, limit} -> {node, chain [node], children [node], childCount}
//   strings     {limit} -> {groups, waste, strings [{value, count, length, self, waste, ids[]}]} of those
//   that are
//                there more than once
//   contexts    {limit} -> {contexts [{node, closures [name], variables [{name, node}]}]} that hold most
// where a node is {id, name, type, class, self, retained, distance, detached?}
nlohmann::json Ask(HeapGraph& graph, const std::string& what, const nlohmann::json& options);

// What Chrome DevTools' comparison says: classes with what is new and what is gone, by ids.
//   {classes [{name, key, addedCount, removedCount, countDelta, addedSize, removedSize, sizeDelta}]}
nlohmann::json Compare(const HeapGraph& before, const HeapGraph& after);

// What has come between the first and the second and is still there in the third: three moments of a program
// that does the same again and again. {classes [{name, key, count, self, retained}]}
nlohmann::json FindKept(const HeapGraph& first, const HeapGraph& second, HeapGraph& third);

}  // namespace loopdet::heap
