#include "core/heap/heap_graph.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <thread>

namespace loopdet::heap {

namespace {

// As DevTools limits the names of shapes, in UTF-16.
constexpr std::size_t kMaxShapeName = 120;
constexpr std::uint64_t kFewestOfShape = 2;
constexpr double kObjectsPerShape = 1000;
constexpr std::size_t kMaxObjectName = 100;
constexpr std::size_t kMaxConsName = 1024;

std::size_t Utf16Length(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) ++length;
    if (byte >= 0xF0U) ++length;
  }
  return length;
}

// What could be taken for the punctuation between properties is quoted.
std::string FormatProperty(const std::string& name) {
  if (name.find_first_of(",'\"{}") == std::string::npos) return name;
  std::string quoted = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n') {
      quoted += "\\n";
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

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

std::unique_ptr<HeapGraph> HeapGraph::Open(const std::string& path, Status& status) {
  SnapshotData data;
  status = ReadSnapshot(path, data);
  if (!status.ok()) return nullptr;
  return std::make_unique<HeapGraph>(std::move(data));
}

HeapGraph::HeapGraph(SnapshotData data) : data_(std::move(data)), essential_(data_.edge_count()) {
  PropagateDetachedness();
  MarkPageObjects();
  FindEssentialEdges();
  // The longest part, beside the rest.
  std::thread dominators([this] { tree_ = FindDominators(data_, essential_); });
  MoveOwnedSizes();
  FindDistances();
  NameClasses();
  shapes_ = InferShapes();
  class_of_ = ClassesWith(shapes_, classes_);
  dominators.join();
  Retain();
  RetainClasses();
  CollectStatistics();
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
                              ? IsSynthetic(node) && IsNamed(node, "(Document DOM trees)")
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
  if (data_.edge_type[edge] != EdgeType::kInternal) return std::nullopt;
  const std::string_view name = data_.RawString(data_.edge_name[edge]);
  if (name.empty() || name.back() != ')' || name.front() < '0' || name.front() > '9') return std::nullopt;
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
  const NodeIndex root = data_.root;
  for (NodeIndex node = 0; node < node_count(); ++node) {
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
  std::vector<NodeIndex> owner(node_count());
  std::vector<NodeIndex> work;
  for (NodeIndex node = 0; node < node_count(); ++node) {
    const NodeType type = data_.node_type[node];
    const bool is_inside = type == NodeType::kHidden || type == NodeType::kArray ||
                           (type == NodeType::kNative && IsNamed(node, "system / ExternalStringData"));
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
      data_.RawString(data_.edge_name[edge]) == "sloppy_function_map" &&
      IsNamed(from, "system / NativeContext")) {
    return false;
  }
  if (type == NodeType::kArray && IsNamed(from, "(map descriptors)")) {
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

void HeapGraph::Walk(std::vector<NodeIndex>& queue) {
  for (std::size_t at = 0; at < queue.size(); ++at) {
    const NodeIndex node = queue[at];
    const std::int32_t distance = distance_[node] + 1;
    for (EdgeIndex edge = data_.first_edge[node]; edge < data_.first_edge[node + 1]; ++edge) {
      const NodeIndex to = data_.edge_to[edge];
      if (data_.edge_type[edge] == EdgeType::kWeak || distance_[to] != kNoDistance) continue;
      if (!CountsForDistance(node, edge)) continue;
      distance_[to] = distance;
      queue.push_back(to);
    }
  }
}

void HeapGraph::FindDistances() {
  distance_.assign(node_count(), kNoDistance);
  std::vector<NodeIndex> queue;
  queue.reserve(node_count());
  const NodeIndex root = data_.root;
  for (EdgeIndex edge = data_.first_edge[root]; edge < data_.first_edge[root + 1]; ++edge) {
    const NodeIndex node = data_.edge_to[edge];
    if (!IsUserRoot(node)) continue;
    distance_[node] = 1;
    queue.push_back(node);
  }
  const bool has_user_roots = !queue.empty();
  Walk(queue);
  distance_[root] = has_user_roots ? kSystemDistance : 0;
  queue.assign(1, root);
  Walk(queue);
  pending_ephemerons_ = {};
}

void HeapGraph::NameClasses() {
  class_name_.resize(node_count());
  std::unordered_map<std::string, NameIndex> added;
  const auto name_of = [&](const std::string& name) {
    const auto [found, is_new] = added.try_emplace(name, 0);
    if (is_new) found->second = AddName(name);
    return found->second;
  };
  const NameIndex system = name_of("(system)");
  const NameIndex code = name_of("(compiled code)");
  const NameIndex function = name_of("Function");
  const NameIndex regexp = name_of("RegExp");
  std::array<NameIndex, static_cast<std::size_t>(NodeType::kOther) + 1> of_type{};
  for (std::size_t type = 0; type < of_type.size(); ++type) {
    std::string name = "(";
    name += NameOf(static_cast<NodeType>(type));
    of_type[type] = name_of(name + ')');
  }
  // "<div id=...>" is a <div>.
  const auto element = [&](NodeIndex node) {
    const NameIndex raw = data_.node_name[node];
    constexpr std::string_view kDetached = "Detached <";
    const std::string_view start = raw < data_.string_count()
                                       ? data_.RawString(raw)
                                       : std::string_view(names_[raw - data_.string_count()]);
    const bool is_element = start.starts_with('<');
    if (!is_element && !start.starts_with(kDetached)) return raw;
    std::string name = Name(raw);
    if (const std::size_t space = name.find(' ', is_element ? 0 : kDetached.size());
        space != std::string::npos)
      name = name.substr(0, space) + '>';
    return name_of(name);
  };
  for (NodeIndex node = 0; node < node_count(); ++node) {
    switch (data_.node_type[node]) {
      case NodeType::kHidden:
        class_name_[node] = system;
        break;
      case NodeType::kObject:
      case NodeType::kNative:
        class_name_[node] = element(node);
        break;
      case NodeType::kCode:
        class_name_[node] = code;
        break;
      case NodeType::kClosure:
        class_name_[node] = function;
        break;
      case NodeType::kRegExp:
        class_name_[node] = regexp;
        break;
      default:
        class_name_[node] = of_type[static_cast<std::size_t>(data_.node_type[node])];
    }
  }
  for (std::size_t at = 0; at < data_.locations.size(); ++at) location_of_[data_.locations[at].node] = at;
}

std::vector<Shape> HeapGraph::InferShapes() const {
  struct Candidate {
    std::uint64_t count = 0;
    std::size_t place = 0;  // in the order of their first objects
  };
  struct Hash {
    std::size_t operator()(const std::vector<StringIndex>& list) const {
      std::size_t hash = list.size();
      for (const StringIndex one : list) hash = hash * 1'000'003 + one;
      return hash;
    }
  };
  std::unordered_map<std::vector<StringIndex>, Candidate, Hash> candidates;
  // Of each property's name: how it is written, and how long that is.
  std::unordered_map<StringIndex, std::pair<std::string, std::size_t>> written;
  const auto write = [&](StringIndex name) -> const std::pair<std::string, std::size_t>& {
    auto [found, is_new] = written.try_emplace(name);
    if (is_new) {
      std::string text = FormatProperty(data_.String(name));
      const std::size_t length = Utf16Length(text);
      found->second = {std::move(text), length};
    }
    return found->second;
  };
  std::uint64_t objects = 0;
  std::vector<StringIndex> properties;
  for (NodeIndex node = 0; node < node_count(); ++node) {
    if (!IsPlainObject(node)) continue;
    ++objects;
    properties.clear();
    std::size_t length = 1;
    for (EdgeIndex edge = data_.first_edge[node]; edge < data_.first_edge[node + 1]; ++edge) {
      if (data_.edge_type[edge] != EdgeType::kProperty) continue;
      const StringIndex name = data_.edge_name[edge];
      const auto& [text, text_length] = write(name);
      if (text == "__proto__") continue;
      if (length > 1 && length + text_length > kMaxShapeName) break;
      if (length != 1) length += 2;
      length += text_length;
      properties.push_back(name);
    }
    if (properties.empty()) continue;
    auto [found, is_new] = candidates.try_emplace(properties);
    if (is_new) found->second.place = candidates.size();
    ++found->second.count;
  }
  std::vector<std::pair<const std::vector<StringIndex>*, Candidate>> sorted;
  const double least = std::max<double>(kFewestOfShape, static_cast<double>(objects) / kObjectsPerShape);
  for (const auto& [names, candidate] : candidates) {
    if (static_cast<double>(candidate.count) >= least) sorted.emplace_back(&names, candidate);
  }
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.second.count != b.second.count ? a.second.count > b.second.count
                                            : a.second.place < b.second.place;
  });
  std::vector<Shape> shapes;
  for (const auto& [names, candidate] : sorted) {
    Shape shape;
    for (const StringIndex name : *names) {
      shape.name += (shape.name.empty() ? "{" : ", ") + written[name].first;
      shape.properties.push_back(data_.String(name));
    }
    shape.name += '}';
    shapes.push_back(std::move(shape));
  }
  return shapes;
}

// The class's name of each node; beyond those of the file and ours come the shapes'.
std::vector<NameIndex> HeapGraph::ApplyShapes(const std::vector<Shape>& shapes,
                                              std::vector<std::string>& names) const {
  std::vector<NameIndex> result = class_name_;
  const auto base = static_cast<NameIndex>(data_.string_count() + names_.size());
  for (const Shape& shape : shapes) names.push_back(shape.name);
  if (shapes.empty()) return result;
  // A tree in which each step adds a property, in order. Any order will do, if it is one.
  struct Step {
    std::map<std::uint32_t, std::size_t> next;
    std::size_t shape = 0;  // from 1; 0: none
  };
  std::vector<Step> steps(1);
  std::unordered_map<std::string, std::uint32_t> numbers;
  for (std::size_t at = 0; at < shapes.size(); ++at) {
    std::vector<std::uint32_t> list;
    for (const std::string& property : shapes[at].properties) {
      list.push_back(numbers.try_emplace(property, static_cast<std::uint32_t>(numbers.size())).first->second);
    }
    std::sort(list.begin(), list.end());
    std::size_t step = 0;
    for (const std::uint32_t property : list) {
      const auto [found, is_new] = steps[step].next.try_emplace(property, steps.size());
      const std::size_t next = found->second;
      if (is_new) steps.emplace_back();
      step = next;
    }
    if (steps[step].shape == 0) steps[step].shape = at + 1;
  }
  // What no shape has is no step.
  std::unordered_map<StringIndex, std::optional<std::uint32_t>> number_of;
  const auto lookup = [&](StringIndex name) {
    const auto [found, is_new] = number_of.try_emplace(name);
    if (is_new) {
      const auto known = numbers.find(data_.String(name));
      if (known != numbers.end()) found->second = known->second;
    }
    return found->second;
  };
  std::vector<std::uint32_t> properties;
  std::vector<std::size_t> states;
  std::vector<std::size_t> added;
  for (NodeIndex node = 0; node < node_count(); ++node) {
    if (!IsPlainObject(node)) continue;
    properties.clear();
    for (EdgeIndex edge = data_.first_edge[node]; edge < data_.first_edge[node + 1]; ++edge) {
      if (data_.edge_type[edge] != EdgeType::kProperty) continue;
      if (const auto number = lookup(data_.edge_name[edge])) properties.push_back(*number);
    }
    std::sort(properties.begin(), properties.end());
    states.assign(1, 0);
    std::size_t best = 0;
    const auto consider = [&](std::size_t shape) {
      if (shape == 0) return;
      const auto size_of = [&shapes](std::size_t one) { return shapes[one - 1].properties.size(); };
      const bool is_better =
          best == 0 || size_of(shape) > size_of(best) || (size_of(shape) == size_of(best) && shape < best);
      if (is_better) best = shape;
    };
    for (const std::uint32_t property : properties) {
      added.clear();
      for (const std::size_t state : states) {
        const auto found = steps[state].next.find(property);
        if (found == steps[state].next.end()) continue;
        added.push_back(found->second);
        consider(steps[found->second].shape);
      }
      for (const std::size_t state : added) {
        if (std::find(states.begin(), states.end(), state) == states.end()) states.push_back(state);
      }
    }
    if (best != 0) result[node] = static_cast<NameIndex>(base + best - 1);
  }
  return result;
}

std::vector<ClassIndex> HeapGraph::ClassesWith(const std::vector<Shape>& shapes,
                                               std::vector<Class>& classes) const {
  std::vector<std::string> shape_names;
  const std::vector<NameIndex> name_of = ApplyShapes(shapes, shape_names);
  const std::size_t own = data_.string_count() + names_.size();
  const auto text_of = [&](NameIndex name) { return name < own ? Name(name) : shape_names[name - own]; };
  std::vector<ClassIndex> result(node_count(), kNoClass);
  std::vector<ClassIndex> by_name(own + shape_names.size(), kNoClass);
  std::unordered_map<std::string, ClassIndex> by_key;
  const auto class_of = [&](NodeIndex node) {
    const NameIndex name = name_of[node];
    if (data_.node_type[node] == NodeType::kObject) {
      if (const auto found = location_of_.find(node); found != location_of_.end()) {
        const Location& at = data_.locations[found->second];
        const std::string text = text_of(name);
        std::string key = std::to_string(at.script) + ',' + std::to_string(at.line) + ',' +
                          std::to_string(at.column) + ',' + text;
        const auto [known, is_new] = by_key.try_emplace(key, static_cast<ClassIndex>(classes.size()));
        if (is_new) classes.push_back({.name = text, .key = std::move(key)});
        return known->second;
      }
    }
    ClassIndex& known = by_name[name];
    if (known == kNoClass) {
      const std::string text = text_of(name);
      // Two names may be the same text: one of the file and one of ours.
      std::string key(1, ',');
      key += text;
      const auto [same, is_new] = by_key.try_emplace(key, static_cast<ClassIndex>(classes.size()));
      if (is_new) classes.push_back({.name = text, .key = std::move(key)});
      known = same->second;
    }
    return known;
  };
  for (NodeIndex node = 0; node < node_count(); ++node) {
    const std::uint64_t size = SelfSize(node);
    const bool counts = size != 0;
    if (!counts) continue;
    const ClassIndex its = class_of(node);
    result[node] = its;
    Class& one = classes[its];
    one.distance = one.count == 0 ? distance_[node] : std::min(one.distance, distance_[node]);
    ++one.count;
    one.self += size;
  }
  return result;
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
  made.first.assign(node_count() + 1, 0);
  for (NodeIndex node = 0; node < node_count(); ++node) {
    if (node != data_.root) ++made.first[tree_.dominator[node]];
  }
  NodeIndex sum = 0;
  for (NodeIndex& first : made.first) sum += std::exchange(first, sum);
  made.node.resize(sum);
  std::vector<NodeIndex> next(made.first);
  for (NodeIndex node = 0; node < node_count(); ++node) {
    if (node != data_.root) made.node[next[tree_.dominator[node]]++] = node;
  }
  return dominated_.emplace(std::move(made));
}

const HeapGraph::Retainers& HeapGraph::retainers() {
  if (retainers_) return *retainers_;
  Retainers made;
  made.first.assign(node_count() + 1, 0);
  for (const NodeIndex to : data_.edge_to) ++made.first[to];
  EdgeIndex sum = 0;
  for (EdgeIndex& first : made.first) sum += std::exchange(first, sum);
  made.edge.resize(sum);
  made.from.resize(sum);
  std::vector<EdgeIndex> next(made.first);
  for (NodeIndex node = 0; node < node_count(); ++node) {
    for (EdgeIndex edge = data_.first_edge[node]; edge < data_.first_edge[node + 1]; ++edge) {
      const EdgeIndex at = next[data_.edge_to[edge]]++;
      made.edge[at] = edge;
      made.from[at] = node;
    }
  }
  return retainers_.emplace(std::move(made));
}

void HeapGraph::CollectStatistics() {
  // How many edges lead to the elements of an array, of which one alone makes them its.
  std::vector<std::uint8_t> led_to(node_count());
  for (const NodeIndex to : data_.edge_to)
    led_to[to] = static_cast<std::uint8_t>(std::min(led_to[to] + 1, 2));
  Statistics& sums = statistics_;
  sums.total = TotalSize();
  sums.native = data_.extra_native_bytes;
  for (NodeIndex node = 0; node < node_count(); ++node) {
    const std::uint64_t size = SelfSize(node);
    switch (data_.node_type[node]) {
      case NodeType::kHidden:
        sums.system += size;
        break;
      case NodeType::kNative:
        sums.native += size;
        if (IsNamed(node, "system / JSArrayBufferData")) sums.typed_arrays += size;
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
        if (!IsNamed(node, "Array")) break;
        sums.js_arrays += size;
        for (EdgeIndex edge = data_.first_edge[node]; edge < data_.first_edge[node + 1]; ++edge) {
          if (data_.edge_type[edge] != EdgeType::kInternal ||
              data_.RawString(data_.edge_name[edge]) != "elements")
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
      const std::string_view name = data_.RawString(data_.edge_name[edge]);
      if (name == "first" && !first) first = data_.edge_to[edge];
      if (name == "second" && !second) second = data_.edge_to[edge];
    }
    if (second) stack.push_back(*second);
    if (first) stack.push_back(*first);
  }
  return text;
}

// "{a, b, …, y, z}", as many as there is room for.
std::string HeapGraph::NodeName(NodeIndex node) const {
  if (data_.node_type[node] == NodeType::kConsString) return FullString(node);
  if (!IsPlainObject(node)) return Name(data_.node_name[node]);
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
