#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/heap/classes.h"
#include "core/heap/dominators.h"
#include "core/heap/progress.h"
#include "core/heap/snapshot_data.h"

namespace loopdet::heap {

using NameIndex = std::uint32_t;  // of a string of the file, or of one of ours beyond those

// A snapshot with everything that is worked out from it. Sizes, distances, dominators and classes are those
// of Chrome DevTools (HeapSnapshot.ts of its front end). Any thread may read it once it is built.
class HeapGraph {
 public:
  // Of what no object of the program's leads to.
  static constexpr std::int32_t kSystemDistance = 100'000'000;

  // Takes what `data` has.
  HeapGraph(SnapshotData data, Progress& progress);
  HeapGraph(const HeapGraph&) = delete;
  HeapGraph& operator=(const HeapGraph&) = delete;
  // nullptr, and `status` says why.
  static std::unique_ptr<HeapGraph> Open(const std::string& path, Progress& progress, Status& status);

  [[nodiscard]] const SnapshotData& data() const { return data_; }
  [[nodiscard]] std::size_t node_count() const { return data_.node_count(); }
  [[nodiscard]] NodeIndex root() const { return data_.root; }

  // Bytes of the node itself, with what nobody else has of its insides.
  [[nodiscard]] std::uint64_t SelfSize(NodeIndex node) const { return data_.self_size[node]; }
  // Bytes that would be freed with it.
  [[nodiscard]] std::uint64_t RetainedSize(NodeIndex node) const { return retained_[node]; }
  [[nodiscard]] std::uint64_t TotalSize() const { return retained_[data_.root] + data_.extra_native_bytes; }
  // Steps from the program's globals.
  [[nodiscard]] std::int32_t Distance(NodeIndex node) const { return distance_[node]; }
  [[nodiscard]] NodeIndex Dominator(NodeIndex node) const { return tree_.dominator[node]; }
  [[nodiscard]] bool IsDetached(NodeIndex node) const {
    return !data_.detachedness.empty() && data_.detachedness[node] == 2;
  }
  [[nodiscard]] bool IsEssential(EdgeIndex edge) const { return essential_.Get(edge); }
  // The other way: edges that lead to a node, in the order of the file. Made when first asked for.
  struct Retainers {
    Array<EdgeIndex> first;  // one more than nodes
    Array<EdgeIndex> edge;
    Array<NodeIndex> from;
  };
  const Retainers& retainers();
  // Nodes by their dominator. Made when first asked for.
  struct Dominated {
    Array<NodeIndex> first;  // one more than nodes
    Array<NodeIndex> node;
  };
  const Dominated& dominated();
  [[nodiscard]] std::optional<NodeIndex> Find(std::uint64_t id) const;

  // What a person reads.
  [[nodiscard]] std::string Name(NameIndex name) const;
  [[nodiscard]] std::string NodeName(NodeIndex node) const;
  // "x" of a property, "3" of an element.
  [[nodiscard]] std::string EdgeName(EdgeIndex edge) const;
  [[nodiscard]] std::string FullString(NodeIndex node) const;

  // Of nodes that have a size, in the order in which they come.
  [[nodiscard]] const std::vector<Class>& classes() const { return classes_; }
  [[nodiscard]] ClassIndex ClassOf(NodeIndex node) const { return class_of_[node]; }
  [[nodiscard]] const std::vector<Shape>& shapes() const { return shapes_; }
  // With other shapes than its own, a snapshot is compared with the one they are of. Counts the classes anew,
  // without their retained sizes.
  [[nodiscard]] Array<ClassIndex> ClassesWith(const std::vector<Shape>& shapes,
                                              std::vector<Class>& classes) const;

  struct Statistics {
    std::uint64_t native = 0;
    std::uint64_t typed_arrays = 0;
    std::uint64_t code = 0;
    std::uint64_t strings = 0;
    std::uint64_t js_arrays = 0;
    std::uint64_t system = 0;
  };
  [[nodiscard]] const Statistics& statistics() const { return statistics_; }

  // The pair of edges that stand for an entry of a WeakMap: the table's is not counted.
  struct Ephemeron {
    std::uint64_t table = 0;    // id
    std::string_view its_part;  // of its name, which the other edge has too
  };
  [[nodiscard]] std::optional<Ephemeron> EphemeronOf(EdgeIndex edge) const;

 private:
  [[nodiscard]] bool IsSynthetic(NodeIndex node) const {
    return data_.node_type[node] == NodeType::kSynthetic;
  }
  [[nodiscard]] bool IsUserRoot(NodeIndex node) const {
    return !IsSynthetic(node) || data_.KnownNode(node) == KnownName::kDocumentTrees;
  }
  [[nodiscard]] bool HasUserRoots() const;
  NameIndex AddName(std::string name);
  void PropagateDetachedness();
  void MarkPageObjects();
  void FindEssentialEdges();
  void FindEssentialEdgesOf(NodeIndex begin, NodeIndex end);
  void MoveOwnedSizes();
  void FindDistances();
  void Walk(std::vector<NodeIndex> level);
  [[nodiscard]] bool CountsForDistance(NodeIndex from, EdgeIndex edge);
  void Retain();
  void RetainClasses();
  void CollectStatistics();

  SnapshotData data_;
  std::vector<std::string> names_;  // of ours
  std::vector<std::uint8_t> is_page_object_;
  EdgeBits essential_;
  DominatorTree tree_;
  Array<std::uint64_t> retained_;
  Array<std::int32_t> distance_;
  std::unordered_map<std::string_view, bool> pending_ephemerons_;
  std::optional<Layouts> layouts_;
  std::vector<Shape> shapes_;
  std::vector<Class> classes_;
  Array<ClassIndex> class_of_;
  Statistics statistics_;
  std::optional<Retainers> retainers_;
  std::optional<Dominated> dominated_;
};

}  // namespace loopdet::heap
