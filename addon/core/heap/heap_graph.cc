#include "core/heap/heap_graph.h"

#include <algorithm>
#include <charconv>
#include <thread>

namespace loopdet::heap {

namespace {

constexpr std::size_t kMaxObjectName = 100;
constexpr std::size_t kMaxConsName = 1024;

bool AllDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// As JavaScript's parseInt: the number that a text begins with.
std::optional<std::uint64_t> LeadingNumber(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data()) return std::nullopt;
  return value;
}

}  // namespace

std::unique_ptr<HeapGraph> HeapGraph::Open(const std::string& path, Progress& progress, Status& status) {
  SnapshotData data;
  status = ReadSnapshot(path, data, progress);
  if (!status.ok()) return nullptr;
  return std::make_unique<HeapGraph>(std::move(data), progress);
}

HeapGraph::HeapGraph(SnapshotData data, Progress& progress)
    : data_(std::move(data)), essential_(data_.edge_count()) {
  progress.Reach(ProgressAt::kRead);
  PropagateDetachedness();
  MarkPageObjects();
  FindEssentialEdges();
  is_page_object_ = {};
  progress.Reach(ProgressAt::kEdgesChosen);
  // The longest part, beside the rest.
  std::thread dominators([&] { tree_ = FindDominators(data_, essential_, progress); });
  MoveOwnedSizes();
  FindDistances();
  layouts_.emplace(data_);
  shapes_ = layouts_->InferShapes();
  class_of_ = ClassesWith(shapes_, classes_);
  dominators.join();
  progress.Reach(ProgressAt::kDominators);
  std::thread children([this] { dominated(); });
  Retain();
  children.join();
  std::thread sums([this] { CollectStatistics(); });
  RetainClasses();
  sums.join();
  progress.Reach(ProgressAt::kDone);
}

NameIndex HeapGraph::AddName(std::string name) {
  names_.push_back(std::move(name));
  return static_cast<NameIndex>(data_.string_count() + names_.size() - 1);
}

std::string HeapGraph::Name(NameIndex name) const {
  return name < data_.string_count() ? data_.String(name) : names_[name - data_.string_count()];
}

// What is reachable from what is attached is attached too; what is reachable from detached nodes only,
// detached. Of nodes of the embedder's alone.
void HeapGraph::PropagateDetachedness() {
  constexpr std::uint8_t kAttached = 1;
  constexpr std::uint8_t kDetached = 2;
  if (!data_.has_detachedness) {
    // Of files from before the field was there.
    for (NodeIndex node = 0; node < node_count(); ++node) {
      if (data_.node_type[node] != NodeType::kNative ||
          !data_.RawString(data_.node_name[node]).starts_with("Detached ")) {
        continue;
      }
      data_.detachedness.resize(node_count());
      data_.detachedness[node] = kDetached;
    }
    return;
  }
  if (data_.detachedness.empty()) return;
  std::vector<std::uint8_t> visited(node_count());
  std::vector<NodeIndex> attached;
  std::vector<NodeIndex> detached;
  std::unordered_map<StringIndex, NameIndex> renamed;
  const auto process = [&](NodeIndex node, std::uint8_t state) {
    if (std::exchange(visited[node], 1) != 0 || data_.node_type[node] != NodeType::kNative) return;
    data_.detachedness[node] = state;
    if (state == kAttached) attached.push_back(node);
    if (state != kDetached) return;
    auto [found, is_new] = renamed.try_emplace(data_.node_name[node], 0);
    if (is_new) found->second = AddName(std::string("Detached ") + Name(data_.node_name[node]));
    data_.node_name[node] = found->second;
    detached.push_back(node);
  };
  const auto propagate = [&](NodeIndex parent, std::uint8_t state) {
    for (EdgeIndex edge = data_.first_edge[parent]; edge < data_.first_edge[parent + 1]; ++edge) {
      const EdgeType type = data_.edge_type[edge];
      if (type != EdgeType::kHidden && type != EdgeType::kWeak) process(data_.edge_to[edge], state);
    }
  };
  for (NodeIndex node = 0; node < node_count(); ++node) {
    if (data_.detachedness[node] != 0) process(node, data_.detachedness[node]);
  }
  while (!attached.empty()) {
    const NodeIndex node = attached.back();
    attached.pop_back();
    propagate(node, kAttached);
  }
  while (!detached.empty()) {
    const NodeIndex node = detached.back();
    detached.pop_back();
    if (data_.detachedness[node] != kAttached) propagate(node, kDetached);
  }
}

// What is the program's, and not a debugger's: reachable from the root's shortcuts (its globals).
void HeapGraph::MarkPageObjects() {
  is_page_object_.assign(node_count(), 0);
  std::vector<NodeIndex> stack;
  const NodeIndex root = data_.root;
  for (EdgeIndex edge = data_.first_edge[root]; edge < data_.first_edge[root + 1]; ++edge) {
    const NodeIndex node = data_.edge_to[edge];
    const bool is_entry = data_.edge_type[edge] == EdgeType::kElement
                              ? IsSynthetic(node) && data_.KnownNode(node) == KnownName::kDocumentTrees
                              : data_.edge_type[edge] == EdgeType::kShortcut;
    if (!is_entry) continue;
    is_page_object_[node] = 1;
    stack.push_back(node);
  }
  while (!stack.empty()) {
    const NodeIndex node = stack.back();
    stack.pop_back();
    for (EdgeIndex edge = data_.first_edge[node]; edge < data_.first_edge[node + 1]; ++edge) {
      const NodeIndex to = data_.edge_to[edge];
      if (data_.edge_type[edge] == EdgeType::kWeak || is_page_object_[to] != 0) continue;
      is_page_object_[to] = 1;
      stack.push_back(to);
    }
  }
}

// "12 / part of key (A @1) -> value (B @2) pair in WeakMap (table @3)"
std::optional<HeapGraph::Ephemeron> HeapGraph::EphemeronOf(EdgeIndex edge) const {
  constexpr std::string_view kBegin = " / part of key (";
  constexpr std::string_view kTable = " pair in WeakMap (table @";
  if (data_.edge_type[edge] != EdgeType::kInternal ||
      data_.Known(data_.edge_name[edge]) != KnownName::kMaybeEphemeron)
    return std::nullopt;
  const std::string_view name = data_.RawString(data_.edge_name[edge]);
  const std::size_t begin = name.find(' ');
  if (begin == std::string_view::npos || !AllDigits(name.substr(0, begin))) return std::nullopt;
  const std::string_view part = name.substr(begin);
  const std::size_t table = part.rfind(kTable);
  if (!part.starts_with(kBegin) || table == std::string_view::npos ||
      part.find(") -> value (") == std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view id = part.substr(table + kTable.size(), part.size() - table - kTable.size() - 1);
  const auto number = LeadingNumber(id);
  if (!AllDigits(id) || !number) return std::nullopt;
  return Ephemeron{*number, part};
}

void HeapGraph::FindEssentialEdges() {
  // Two threads, which must not write to the same word of bits.
  NodeIndex middle = static_cast<NodeIndex>(node_count() / 2);
  while (middle < node_count() && data_.first_edge[middle] % EdgeBits::kBits != 0) ++middle;
  std::thread other([this, middle] { FindEssentialEdgesOf(0, middle); });
  FindEssentialEdgesOf(middle, static_cast<NodeIndex>(node_count()));
  other.join();
}

void HeapGraph::FindEssentialEdgesOf(NodeIndex begin, NodeIndex end) {
  const NodeIndex root = data_.root;
  for (NodeIndex node = begin; node < end; ++node) {
    const bool is_page_object = is_page_object_[node] != 0;
    for (EdgeIndex edge = data_.first_edge[node]; edge < data_.first_edge[node + 1]; ++edge) {
      const EdgeType type = data_.edge_type[edge];
      const NodeIndex to = data_.edge_to[edge];
      if (type == EdgeType::kWeak || to == node) continue;
      if (node != root) {
        // Only the root's mark the program's globals. What a debugger holds of the program's is not its.
        if (type == EdgeType::kShortcut || (is_page_object_[to] != 0 && !is_page_object)) continue;
      }
      if (type == EdgeType::kInternal) {
        const auto ephemeron = EphemeronOf(edge);
        if (ephemeron && ephemeron->table == data_.node_id[node]) continue;
      }
      essential_.Set(edge);
    }
  }
}

bool HeapGraph::HasUserRoots() const {
  const NodeIndex root = data_.root;
  for (EdgeIndex edge = data_.first_edge[root]; edge < data_.first_edge[root + 1]; ++edge) {
    if (IsUserRoot(data_.edge_to[edge])) return true;
  }
  return false;
}

// The insides of one object alone (its backing store, its properties' array) count as its own.
void HeapGraph::MoveOwnedSizes() {
  // Of a snapshot of everything as it is (exposeInternals) nothing is moved.
  if (!HasUserRoots()) return;
  constexpr NodeIndex kUnvisited = ~NodeIndex{0};
  constexpr NodeIndex kSeveral = kUnvisited - 1;
  Array<NodeIndex> owner;
  owner.resize(node_count());
  std::vector<NodeIndex> work;
  for (NodeIndex node = 0; node < node_count(); ++node) {
    const NodeType type = data_.node_type[node];
    const bool is_inside =
        type == NodeType::kHidden || type == NodeType::kArray ||
        (type == NodeType::kNative && data_.KnownNode(node) == KnownName::kExternalStringData);
    owner[node] = is_inside ? kUnvisited : node;
    if (!is_inside) work.push_back(node);
  }
  while (!work.empty()) {
    const NodeIndex node = work.back();
    work.pop_back();
    const NodeIndex its = owner[node];
    for (EdgeIndex edge = data_.first_edge[node]; edge < data_.first_edge[node + 1]; ++edge) {
      if (data_.edge_type[edge] == EdgeType::kWeak) continue;
      const NodeIndex to = data_.edge_to[edge];
      if (owner[to] == kUnvisited) {
        owner[to] = its;
        work.push_back(to);
      } else if (owner[to] != to && owner[to] != its && owner[to] != kSeveral) {
        owner[to] = kSeveral;
        work.push_back(to);
      }
    }
  }
  for (NodeIndex node = 0; node < node_count(); ++node) {
    const NodeIndex its = owner[node];
    if (its == kUnvisited || its == kSeveral || its == node) continue;
    if (IsSynthetic(its) || its == data_.root) continue;
    data_.self_size[its] += std::exchange(data_.self_size[node], 0);
  }
}

bool HeapGraph::CountsForDistance(NodeIndex from, EdgeIndex edge) {
  const NodeType type = data_.node_type[from];
  if (type == NodeType::kHidden && SnapshotData::HasStringName(data_.edge_type[edge]) &&
      data_.Known(data_.edge_name[edge]) == KnownName::kSloppyFunctionMap &&
      data_.KnownNode(from) == KnownName::kNativeContext) {
    return false;
  }
  if (type == NodeType::kArray && data_.KnownNode(from) == KnownName::kMapDescriptors) {
    // Maps may share them, and what they say of properties need not be true of each.
    const auto index = SnapshotData::HasStringName(data_.edge_type[edge])
                           ? LeadingNumber(data_.RawString(data_.edge_name[edge]))
                           : std::optional<std::uint64_t>(data_.edge_name[edge]);
    return !index || *index < 2 || *index % 3 != 1;
  }
  const auto ephemeron = EphemeronOf(edge);
  if (!ephemeron) return true;
  // A value is as far as the further one of key and table: the second of the pair counts.
  const auto [found, is_first] = pending_ephemerons_.try_emplace(ephemeron->its_part, true);
  if (is_first) return false;
  pending_ephemerons_.erase(found);
  return true;
}

// Level by level: all that is one step away, then all that is two.
void HeapGraph::Walk(std::vector<NodeIndex> level) {
  std::vector<NodeIndex> next;
  for (; !level.empty(); level.swap(next)) {
    next.clear();
    for (const NodeIndex node : level) {
      const std::int32_t distance = distance_[node] + 1;
      const EdgeIndex end = data_.first_edge[node + 1];
      for (EdgeIndex edge = data_.first_edge[node]; edge < end; ++edge) {
        const NodeIndex to = data_.edge_to[edge];
        if (distance_[to] != kNoDistance || data_.edge_type[edge] == EdgeType::kWeak) continue;
        if (!CountsForDistance(node, edge)) continue;
        distance_[to] = distance;
        next.push_back(to);
      }
    }
  }
}

void HeapGraph::FindDistances() {
  distance_.assign(node_count(), kNoDistance);
  std::vector<NodeIndex> first;
  const NodeIndex root = data_.root;
  for (EdgeIndex edge = data_.first_edge[root]; edge < data_.first_edge[root + 1]; ++edge) {
    const NodeIndex node = data_.edge_to[edge];
    if (!IsUserRoot(node)) continue;
    distance_[node] = 1;
    first.push_back(node);
  }
  const bool has_user_roots = !first.empty();
  Walk(std::move(first));
  distance_[root] = has_user_roots ? kSystemDistance : 0;
  Walk({root});
  pending_ephemerons_ = {};
}

Array<ClassIndex> HeapGraph::ClassesWith(const std::vector<Shape>& shapes,
                                         std::vector<Class>& classes) const {
  return FindClasses(data_, names_, *layouts_, shapes, distance_, classes);
}

void HeapGraph::Retain() {
  retained_ = data_.self_size;
  for (std::size_t at = tree_.order.size(); at-- > 1;) {
    const NodeIndex node = tree_.order[at];
    retained_[tree_.dominator[node]] += retained_[node];
  }
  tree_.order = {};
}

// Down the dominator tree: an instance within another one of its class adds nothing.
void HeapGraph::RetainClasses() {
  const Dominated& children = dominated();
  struct Level {
    NodeIndex node;
    NodeIndex next;
    ClassIndex entered;  // the class that is seen from here down
  };
  std::vector<std::uint8_t> is_seen(classes_.size());
  std::vector<Level> path;
  const auto enter = [&](NodeIndex node) {
    const ClassIndex its = class_of_[node];
    ClassIndex entered = kNoClass;
    if (its != kNoClass && is_seen[its] == 0) {
      classes_[its].retained += retained_[node];
      is_seen[its] = 1;
      entered = its;
    }
    path.push_back({node, children.first[node], entered});
  };
  enter(data_.root);
  while (!path.empty()) {
    Level& level = path.back();
    if (level.next < children.first[level.node + 1]) {
      enter(children.node[level.next++]);
      continue;
    }
    if (level.entered != kNoClass) is_seen[level.entered] = 0;
    path.pop_back();
  }
}

const HeapGraph::Dominated& HeapGraph::dominated() {
  if (dominated_) return *dominated_;
  Dominated made;
  // Two more: counted one further, a list's begin moves to its end as it is filled, which is where the next
  // begins.
  made.first.assign(node_count() + 2, 0);
  for (NodeIndex node = 0; node < node_count(); ++node) {
    if (node != data_.root) ++made.first[tree_.dominator[node] + 2];
  }
  for (std::size_t at = 2; at < made.first.size(); ++at) made.first[at] += made.first[at - 1];
  made.node.resize(node_count() - 1);
  for (NodeIndex node = 0; node < node_count(); ++node) {
    if (node != data_.root) made.node[made.first[tree_.dominator[node] + 1]++] = node;
  }
  made.first.pop_back();
  return dominated_.emplace(std::move(made));
}

const HeapGraph::Retainers& HeapGraph::retainers() {
  if (retainers_) return *retainers_;
  Retainers made;
  // As with dominated().
  made.first.assign(node_count() + 2, 0);
  for (const NodeIndex to : data_.edge_to) ++made.first[to + 2];
  for (std::size_t at = 2; at < made.first.size(); ++at) made.first[at] += made.first[at - 1];
  made.edge.resize(data_.edge_count());
  made.from.resize(data_.edge_count());
  for (NodeIndex node = 0; node < node_count(); ++node) {
    for (EdgeIndex edge = data_.first_edge[node]; edge < data_.first_edge[node + 1]; ++edge) {
      const EdgeIndex at = made.first[data_.edge_to[edge] + 1]++;
      made.edge[at] = edge;
      made.from[at] = node;
    }
  }
  made.first.pop_back();
  return retainers_.emplace(std::move(made));
}

void HeapGraph::CollectStatistics() {
  // How many edges lead to the elements of an array, of which one alone makes them its.
  std::vector<std::uint8_t> led_to(node_count());
  for (const NodeIndex to : data_.edge_to)
    led_to[to] = static_cast<std::uint8_t>(std::min(led_to[to] + 1, 2));
  Statistics& sums = statistics_;
  sums.native = data_.extra_native_bytes;
  for (NodeIndex node = 0; node < node_count(); ++node) {
    const std::uint64_t size = SelfSize(node);
    switch (data_.node_type[node]) {
      case NodeType::kHidden:
        sums.system += size;
        break;
      case NodeType::kNative:
        sums.native += size;
        if (data_.KnownNode(node) == KnownName::kArrayBufferData) sums.typed_arrays += size;
        break;
      case NodeType::kCode:
        sums.code += size;
        break;
      case NodeType::kString:
      case NodeType::kConsString:
      case NodeType::kSlicedString:
        sums.strings += size;
        break;
      default:
        if (data_.KnownNode(node) != KnownName::kArray) break;
        sums.js_arrays += size;
        for (EdgeIndex edge = data_.first_edge[node]; edge < data_.first_edge[node + 1]; ++edge) {
          if (data_.edge_type[edge] != EdgeType::kInternal ||
              data_.Known(data_.edge_name[edge]) != KnownName::kElements)
            continue;
          const NodeIndex elements = data_.edge_to[edge];
          if (led_to[elements] == 1) sums.js_arrays += SelfSize(elements);
          break;
        }
    }
  }
}

std::optional<NodeIndex> HeapGraph::Find(std::uint64_t id) const {
  const auto found = std::find(data_.node_id.begin(), data_.node_id.end(), id);
  if (found == data_.node_id.end()) return std::nullopt;
  return static_cast<NodeIndex>(found - data_.node_id.begin());
}

std::string HeapGraph::EdgeName(EdgeIndex edge) const {
  if (!SnapshotData::HasStringName(data_.edge_type[edge])) return std::to_string(data_.edge_name[edge]);
  return data_.String(data_.edge_name[edge]);
}

// A concatenated string is a tree of two halves each.
std::string HeapGraph::FullString(NodeIndex start) const {
  std::vector<NodeIndex> stack{start};
  std::string text;
  // Each node of it once more than it needs: a circle, which no real heap has, ends too.
  for (std::size_t steps = 0; !stack.empty() && text.size() < kMaxConsName && steps < 2 * kMaxConsName;
       ++steps) {
    const NodeIndex node = stack.back();
    stack.pop_back();
    if (data_.node_type[node] != NodeType::kConsString) {
      text += Name(data_.node_name[node]);
      continue;
    }
    std::optional<NodeIndex> first;
    std::optional<NodeIndex> second;
    for (EdgeIndex edge = data_.first_edge[node]; edge < data_.first_edge[node + 1]; ++edge) {
      if (data_.edge_type[edge] != EdgeType::kInternal) continue;
      const KnownName name = data_.Known(data_.edge_name[edge]);
      if (name == KnownName::kFirst && !first) first = data_.edge_to[edge];
      if (name == KnownName::kSecond && !second) second = data_.edge_to[edge];
    }
    if (second) stack.push_back(*second);
    if (first) stack.push_back(*first);
  }
  return text;
}

// "{a, b, …, y, z}", as many as there is room for.
std::string HeapGraph::NodeName(NodeIndex node) const {
  if (data_.node_type[node] == NodeType::kConsString) return FullString(node);
  if (!data_.IsPlainObject(node)) return Name(data_.node_name[node]);
  std::string start = "{";
  std::string end = "}";
  std::size_t start_length = 1;
  std::size_t end_length = 1;
  std::int64_t from = data_.first_edge[node];
  std::int64_t to = static_cast<std::int64_t>(data_.first_edge[node + 1]) - 1;
  bool at_end = false;
  while (from <= to) {
    const auto edge = static_cast<EdgeIndex>(at_end ? to : from);
    const auto pass = [&] { at_end ? --to : ++from; };
    std::string name;
    if (data_.edge_type[edge] == EdgeType::kProperty) name = EdgeName(edge);
    if (data_.edge_type[edge] != EdgeType::kProperty || name == "__proto__") {
      pass();
      continue;
    }
    const std::string text = FormatProperty(name);
    const std::size_t length = Utf16Length(text);
    if (start_length > 1 && start_length + end_length + length > kMaxObjectName) break;
    pass();
    if (at_end) {
      std::string longer = text;
      if (end_length > 1) longer += ", ";
      end_length += length + (end_length > 1 ? 2 : 0);
      end = longer.append(end);
    } else {
      if (start_length > 1) start += ", ";
      start_length += length + (start_length > 1 ? 2 : 0);
      start += text;
    }
    at_end = !at_end;
  }
  if (from <= to) start += ", …";
  if (end_length > 1) start += ", ";
  return start + end;
}

}  // namespace loopdet::heap
