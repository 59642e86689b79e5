// Any bytes as a heap snapshot: an error or an answer, and never a crash.
#include "heap_snapshot_fuzz.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/heap/heap_queries.h"

namespace loopdet::heap {

void AskEverything(std::string_view text) {
  using nlohmann::json;
  SnapshotData data;
  Progress progress;
  if (!ReadSnapshotFrom(text, data, progress).ok()) return;
  HeapGraph graph(std::move(data), progress);
  for (const char* what : {"summary", "classes", "strings", "contexts", "dominators"}) Ask(graph, what, {});
  for (NodeIndex node = 0; node < std::min<std::size_t>(graph.node_count(), 20); ++node) {
    for (const char* what : {"inspect", "refs", "path", "dominators"})
      Ask(graph, what, {{"id", graph.data().node_id[node]}});
  }
  for (const auto& one : graph.classes()) Ask(graph, "instances", {{"key", one.key}});
  Compare(graph, graph);
  FindKept(graph, graph, graph);
}

}  // namespace loopdet::heap

#ifdef LOOPDET_FUZZ_TARGET
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  loopdet::heap::AskEverything({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
#endif
