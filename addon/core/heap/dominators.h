#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/heap/snapshot_data.h"

namespace loopdet::heap {

// One bit for each edge: whether it keeps its target alive, as far as dominators are concerned.
class EdgeBits {
 public:
  explicit EdgeBits(std::size_t edges) : words_((edges + 63) / 64) {}
  [[nodiscard]] bool Get(std::size_t edge) const { return (words_[edge / 64] >> (edge % 64) & 1U) != 0; }
  void Set(std::size_t edge) { words_[edge / 64] |= std::uint64_t{1} << (edge % 64); }

 private:
  std::vector<std::uint64_t> words_;
};

// Who dominates whom: every path from the root to a node goes through its dominator. The root's is itself.
struct DominatorTree {
  std::vector<NodeIndex> dominator;
  std::vector<NodeIndex> order;  // the root first, and no node before its dominator
};

// By the semi-NCA algorithm (Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems", 2005)
// over the edges that are in `essential`. Nodes that only other edges reach hang at the root, as they do in
// Chrome DevTools.
DominatorTree FindDominators(const SnapshotData& data, const EdgeBits& essential);

}  // namespace loopdet::heap
