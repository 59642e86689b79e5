#include "core/heap/dominators.h"

#include <utility>

namespace loopdet::heap {

namespace {

// Numbers of a depth-first walk, from 1: 0 is none.
using Number = std::uint32_t;

// What is asked for at every edge waits in the cache when its turn comes: these walks wait for memory, and
// little else.
constexpr EdgeIndex kAhead = 8;

class Finder {
 public:
  Finder(const SnapshotData& data, const EdgeBits& essential)
      : data_(data), essential_(essential), others_(essential) {
    nodes_.assign(data.node_count() + 1, {});
    node_.resize(data.node_count() + 1);
    parent_.resize(data.node_count() + 1);
  }

  DominatorTree Run(Progress& progress) {
    WalkAll();
    progress.Reach((ProgressAt::kWalked + ProgressAt::kEdgesChosen) / 2);
    CollectPredecessors();
    progress.Reach(ProgressAt::kWalked);
    FindSemidominators();
    return Finish();
  }

 private:
  // Of a node, while the graph is walked.
  struct Visited {
    Number number = 0;
    EdgeIndex predecessors = 0;  // without the parent: first how many, then where the next one goes
  };
  // Of a number, in the forest of what has been looked at.
  struct Link {
    Number ancestor;
    Number label;  // the smallest semidominator on the way there
  };

  void Visit(NodeIndex node, Number parent) {
    nodes_[node].number = ++count_;
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
      NodeIndex next = 0;
      for (; edge < end; ++edge) {
        if (edge + kAhead < end) __builtin_prefetch(&nodes_[data_.edge_to[edge + kAhead]]);
        if (!essential_.Get(edge)) continue;
        next = data_.edge_to[edge];
        if (nodes_[next].number == 0) break;
        ++nodes_[next].predecessors;
      }
      if (edge == end) {
        path.pop_back();
        continue;
      }
      others_.Clear(edge++);
      Visit(next, nodes_[node].number);
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
      if (nodes_[node].number == 0 && !is_held[node]) Walk(node, 1);
    }
    const Number last_walked = count_;
    for (NodeIndex node = 0; node < data_.node_count(); ++node) {
      if (nodes_[node].number == 0) Visit(node, 1);
    }
    for (Number number = last_walked + 1; number <= count_; ++number) {
      const NodeIndex node = node_[number];
      for (EdgeIndex edge = data_.first_edge[node]; edge < data_.first_edge[node + 1]; ++edge) {
        if (essential_.Get(edge)) ++nodes_[data_.edge_to[edge]].predecessors;
      }
    }
  }

  // Besides the parent. By numbers, in the order of the walk: neighbours in the graph are neighbours in
  // memory.
  void CollectPredecessors() {
    first_.resize(count_ + 2);
    EdgeIndex sum = 0;
    for (Number number = 1; number <= count_; ++number) {
      first_[number] = sum;
      sum += std::exchange(nodes_[node_[number]].predecessors, sum);
    }
    first_[count_ + 1] = sum;
    predecessors_.resize(sum);
    for (Number from = 1; from <= count_; ++from) {
      const NodeIndex node = node_[from];
      const EdgeIndex end = data_.first_edge[node + 1];
      for (EdgeIndex edge = data_.first_edge[node]; edge < end; ++edge) {
        if (edge + kAhead < end) __builtin_prefetch(&nodes_[data_.edge_to[edge + kAhead]]);
        if (others_.Get(edge)) predecessors_[nodes_[data_.edge_to[edge]].predecessors++] = from;
      }
    }
    others_ = EdgeBits(0);
  }

  // The smallest semidominator on the way from `v` to the last that has been linked.
  Number Evaluate(Number v, Number last_linked) {
    if (links_[v].ancestor < last_linked) return links_[v].label;
    stack_.clear();
    do {
      stack_.push_back(v);
      v = links_[v].ancestor;
    } while (links_[v].ancestor >= last_linked);
    Link above = links_[v];
    do {
      Link& link = links_[stack_.back()];
      stack_.pop_back();
      link.ancestor = above.ancestor;
      if (above.label < link.label) link.label = above.label;
      above = link;
    } while (!stack_.empty());
    return above.label;
  }

  void FindSemidominators() {
    nodes_ = {};
    links_.resize(count_ + 1);
    for (Number number = 0; number <= count_; ++number) links_[number] = {parent_[number], number};
    EdgeIndex end = first_[count_ + 1];
    for (Number w = count_; w >= 2; --w) {
      const EdgeIndex begin = first_[w];
      Number least = parent_[w];
      for (EdgeIndex at = begin; at < end; ++at) {
        const Number semi = Evaluate(predecessors_[at], w + 1);
        if (semi < least) least = semi;
      }
      end = begin;
      links_[w].label = least;
      // Where its list began nobody asks any more.
      first_[w] = least;
    }
    predecessors_ = {};
    links_ = {};
  }

  DominatorTree Finish() {
    // Of numbers: the nearest one above whose number is no larger than the semidominator's.
    Array<Number>& dominator = parent_;
    const Array<Number>& semi = first_;
    DominatorTree tree;
    tree.dominator.resize(data_.node_count());
    tree.dominator[data_.root] = data_.root;
    for (Number w = 2; w <= count_; ++w) {
      while (dominator[w] > semi[w]) dominator[w] = dominator[dominator[w]];
      tree.dominator[node_[w]] = node_[dominator[w]];
    }
    node_.erase(node_.begin());
    tree.order = std::move(node_);
    return tree;
  }

  const SnapshotData& data_;
  const EdgeBits& essential_;
  EdgeBits others_;  // essential, and not the one by which the walk came to its target
  Array<Visited> nodes_;
  Array<NodeIndex> node_;  // of numbers
  Array<Number> parent_;
  Number count_ = 0;
  Array<EdgeIndex> first_;  // of predecessors; of what has been done, the semidominator
  Array<Number> predecessors_;
  Array<Link> links_;
  std::vector<Number> stack_;
};

}  // namespace

DominatorTree FindDominators(const SnapshotData& data, const EdgeBits& essential, Progress& progress) {
  return Finder(data, essential).Run(progress);
}

}  // namespace loopdet::heap
