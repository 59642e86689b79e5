#pragma once

#include <cstdint>
#include <vector>

#include "core/heap/heap_graph.h"

namespace loopdet::heap {

// Strings of the same text, in the order of the file.
struct StringGroup {
  std::vector<NodeIndex> nodes;
  std::uint64_t self = 0;

  // What all but one of them take.
  [[nodiscard]] std::uint64_t waste() const { return self - self / nodes.size(); }
};

// Those of two and more. What was put together of halves counts by all of its text, which V8 has not written
// down.
std::vector<StringGroup> DuplicatedStrings(const HeapGraph& graph);

// The waste of plain strings alone: the file has each text once, and nothing need be read.
std::uint64_t PlainStringsWaste(const HeapGraph& graph);

}  // namespace loopdet::heap
