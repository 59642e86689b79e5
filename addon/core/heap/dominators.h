#pragma once

#include <cstdint>
#include <vector>

#include "core/heap/array.h"
#include "core/heap/progress.h"
#include "core/heap/snapshot_data.h"

namespace loopdet::heap {

// One bit for each edge: whether it keeps its target alive, as far as dominators are concerned.
class EdgeBits {
 public:
  explicit EdgeBits(std::size_t edges) : words_((edges + kBits - 1) / kBits) {}
  // Edges of one word, which only one thread may write at a time.
  static constexpr std::size_t kBits = 64;
  [[nodiscard]] bool Get(std::size_t edge) const {
    return (words_[edge / kBits] >> (edge % kBits) & 1U) != 0;
  }
  void Set(std::size_t edge) { words_[edge / kBits] |= std::uint64_t{1} << (edge % kBits); }
  void Clear(std::size_t edge) { words_[edge / kBits] &= ~(std::uint64_t{1} << (edge % kBits)); }

 private:
  std::vector<std::uint64_t> words_;
};

// Who dominates whom: every path from the root to a node goes through its dominator. The root's is itself.
struct DominatorTree {
  Array<NodeIndex> dominator;
  Array<NodeIndex> order;  // the root first, and no node before its dominator
};

// By the semi-NCA algorithm (Georgiadis, "Linear-Time Algorithms for Dominators and Related Problems", 2005)
// over the edges that are in `essential`. Nodes that only other edges reach hang at the root, as they do in
// Chrome DevTools.
DominatorTree FindDominators(const SnapshotData& data, const EdgeBits& essential, Progress& progress);

}  // namespace loopdet::heap
