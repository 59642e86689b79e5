#include "core/heap/dominators.h"

#include <utility>

namespace loopdet::heap {

namespace {

// Numbers of a depth-first walk, from 1: 0 is none.
using Number = std::uint32_t;

class Finder {
 public:
  Finder(const SnapshotData& data, const EdgeBits& essential)
      : data_(data),
        essential_(essential),
        number_(data.node_count(), 0),
        node_(data.node_count() + 1, 0),
        parent_(data.node_count() + 1, 0) {}

  DominatorTree Run() {
    WalkAll();
    CollectPredecessors();
    FindSemidominators();
    return Finish();
  }

 private:
  void Visit(NodeIndex node, Number parent) {
    number_[node] = ++count_;
    node_[count_] = node;
    parent_[count_] = parent;
  }

  void Walk(NodeIndex start, Number parent) {
    // Where each node on the way down goes on.
    std::vector<std::pair<NodeIndex, EdgeIndex>> path;
    Visit(start, parent);
    path.emplace_back(start, data_.first_edge[start]);
    while (!path.empty()) {
      auto& [node, edge] = path.back();
      const EdgeIndex end = data_.first_edge[node + 1];
      while (edge < end && (number_[data_.edge_to[edge]] != 0 || !essential_.Get(edge))) ++edge;
      if (edge == end) {
        path.pop_back();
        continue;
      }
      const NodeIndex next = data_.edge_to[edge++];
      Visit(next, number_[node]);
      path.emplace_back(next, data_.first_edge[next]);
    }
  }

  // From the root; then from those that nothing essential leads to; then what is left: circles of nodes that
  // hold each other.
  void WalkAll() {
    Walk(data_.root, 0);
    if (count_ == data_.node_count()) return;
    std::vector<bool> is_held(data_.node_count());
    for (EdgeIndex edge = 0; edge < data_.edge_count(); ++edge) {
      if (essential_.Get(edge)) is_held[data_.edge_to[edge]] = true;
    }
    for (NodeIndex node = 0; node < data_.node_count(); ++node) {
      if (number_[node] == 0 && !is_held[node]) Walk(node, 1);
    }
    for (NodeIndex node = 0; node < data_.node_count(); ++node) {
      if (number_[node] == 0) Visit(node, 1);
    }
  }

  // By numbers, in the order of the walk: neighbours in the graph are neighbours in memory.
  void CollectPredecessors() {
    first_.assign(count_ + 2, 0);
    const auto for_each = [this](const auto& take) {
      for (Number from = 1; from <= count_; ++from) {
        const NodeIndex node = node_[from];
        const EdgeIndex end = data_.first_edge[node + 1];
        for (EdgeIndex edge = data_.first_edge[node]; edge < end; ++edge) {
          if (essential_.Get(edge)) take(from, number_[data_.edge_to[edge]]);
        }
      }
    };
    for_each([this](Number /*from*/, Number to) { ++first_[to]; });
    EdgeIndex sum = 0;
    for (Number to = 0; to < first_.size(); ++to) sum += std::exchange(first_[to], sum);
    predecessors_.resize(sum);
    // Each list's begin moves to its end, which is where the next one began.
    for_each([this](Number from, Number to) { predecessors_[first_[to]++] = from; });
  }

  // The one of the smallest semidominator on the way from `v` to the last that has been linked.
  Number Evaluate(Number v, Number last_linked) {
    if (ancestor_[v] < last_linked) return label_[v];
    stack_.clear();
    do {
      stack_.push_back(v);
      v = ancestor_[v];
    } while (ancestor_[v] >= last_linked);
    Number above = v;
    Number above_label = label_[v];
    do {
      v = stack_.back();
      stack_.pop_back();
      ancestor_[v] = ancestor_[above];
      if (semi_[above_label] < semi_[label_[v]]) {
        label_[v] = above_label;
      } else {
        above_label = label_[v];
      }
      above = v;
    } while (!stack_.empty());
    return label_[v];
  }

  void FindSemidominators() {
    ancestor_ = parent_;
    label_.resize(count_ + 1);
    semi_.resize(count_ + 1);
    for (Number i = 0; i <= count_; ++i) label_[i] = semi_[i] = i;
    for (Number w = count_; w >= 2; --w) {
      // What it was before the lists were filled.
      const EdgeIndex begin = first_[w - 1];
      const EdgeIndex end = first_[w];
      Number least = begin == end ? 1 : w;
      for (EdgeIndex at = begin; at < end; ++at) {
        const Number semi = semi_[Evaluate(predecessors_[at], w + 1)];
        if (semi < least) least = semi;
      }
      semi_[w] = least;
    }
    predecessors_ = {};
    first_ = {};
  }

  DominatorTree Finish() {
    // Of numbers: the nearest one above whose number is no larger than the semidominator's.
    std::vector<Number>& dominator = ancestor_;
    dominator = std::move(parent_);
    DominatorTree tree;
    tree.dominator.assign(data_.node_count(), data_.root);
    for (Number w = 2; w <= count_; ++w) {
      while (dominator[w] > semi_[w]) dominator[w] = dominator[dominator[w]];
      tree.dominator[node_[w]] = node_[dominator[w]];
    }
    tree.order.assign(node_.begin() + 1, node_.begin() + 1 + count_);
    return tree;
  }

  const SnapshotData& data_;
  const EdgeBits& essential_;
  std::vector<Number> number_;  // of nodes
  std::vector<NodeIndex> node_;
  std::vector<Number> parent_;
  Number count_ = 0;
  std::vector<EdgeIndex> first_;  // of predecessors
  std::vector<Number> predecessors_;
  std::vector<Number> ancestor_;
  std::vector<Number> label_;
  std::vector<Number> semi_;
  std::vector<Number> stack_;
};

}  // namespace

DominatorTree FindDominators(const SnapshotData& data, const EdgeBits& essential) {
  return Finder(data, essential).Run();
}

}  // namespace loopdet::heap
