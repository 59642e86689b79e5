#include "core/heap/classes.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace loopdet::heap {

namespace {

// As DevTools limits the names of shapes, in UTF-16.
constexpr std::size_t kMaxShapeName = 120;
constexpr std::uint64_t kFewestOfShape = 2;
constexpr double kObjectsPerShape = 1000;

std::uint64_t HashOf(const StringIndex* names, std::size_t count) {
  std::uint64_t hash = count;
  for (std::size_t at = 0; at < count; ++at) hash = (hash ^ names[at]) * 0x9E3779B97F4A7C15U;
  return hash;
}

// Shapes as a tree in which each step adds a property, in order. Any order will do, if it is one.
class ShapeTree {
 public:
  explicit ShapeTree(const std::vector<Shape>& shapes) : shapes_(shapes) {
    for (std::size_t shape = 0; shape < shapes.size(); ++shape) {
      std::vector<std::uint32_t> list;
      for (const std::string& property : shapes[shape].properties) {
        list.push_back(
            numbers_.try_emplace(property, static_cast<std::uint32_t>(numbers_.size())).first->second);
      }
      std::sort(list.begin(), list.end());
      std::size_t step = 0;
      for (const std::uint32_t property : list) {
        const auto [found, is_new] = steps_[step].next.try_emplace(property, steps_.size());
        const std::size_t next = found->second;
        if (is_new) steps_.emplace_back();
        step = next;
      }
      if (!steps_[step].shape) steps_[step].shape = shape;
    }
  }

  // Nothing for a property that no shape has.
  [[nodiscard]] std::optional<std::uint32_t> NumberOf(const std::string& property) const {
    const auto found = numbers_.find(property);
    if (found == numbers_.end()) return std::nullopt;
    return found->second;
  }

  // The one with most of these properties, the earlier of two. `properties` are sorted.
  std::size_t Best(const std::vector<std::uint32_t>& properties) {
    states_.assign(1, 0);
    std::size_t best = shapes_.size();
    for (const std::uint32_t property : properties) {
      added_.clear();
      for (const std::size_t state : states_) {
        const auto found = steps_[state].next.find(property);
        if (found == steps_[state].next.end()) continue;
        added_.push_back(found->second);
        const auto shape = steps_[found->second].shape;
        if (shape && IsBetter(*shape, best)) best = *shape;
      }
      for (const std::size_t state : added_) {
        if (std::find(states_.begin(), states_.end(), state) == states_.end()) states_.push_back(state);
      }
    }
    return best;
  }

 private:
  struct Step {
    std::map<std::uint32_t, std::size_t> next;
    std::optional<std::size_t> shape;
  };
  [[nodiscard]] bool IsBetter(std::size_t shape, std::size_t best) const {
    if (best == shapes_.size()) return true;
    const std::size_t size = shapes_[shape].properties.size();
    const std::size_t best_size = shapes_[best].properties.size();
    return size > best_size || (size == best_size && shape < best);
  }

  const std::vector<Shape>& shapes_;
  std::vector<Step> steps_{1};
  std::unordered_map<std::string, std::uint32_t> numbers_;
  std::vector<std::size_t> states_;
  std::vector<std::size_t> added_;
};

}  // namespace

std::size_t Utf16Length(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) ++length;
    if (byte >= 0xF0U) ++length;
  }
  return length;
}

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

Layouts::Layouts(const SnapshotData& data) : data_(data) {
  std::vector<StringIndex> names;
  for (NodeIndex node = 0; node < data.node_count(); ++node) {
    if (!data.IsPlainObject(node)) continue;
    names.clear();
    for (EdgeIndex edge = data.first_edge[node]; edge < data.first_edge[node + 1]; ++edge) {
      if (data.edge_type[edge] == EdgeType::kProperty) names.push_back(data.edge_name[edge]);
    }
    const std::uint32_t layout = Find(names);
    ++layouts_[layout].count;
    of_objects_.push_back(layout);
  }
  by_hash_ = {};
}

std::uint32_t Layouts::Find(const std::vector<StringIndex>& names) {
  const auto [head, is_new] = by_hash_.try_emplace(HashOf(names.data(), names.size()), 0);
  for (std::uint32_t at = head->second; at != 0; at = layouts_[at - 1].next) {
    const Layout& one = layouts_[at - 1];
    if (std::equal(names.begin(), names.end(), names_.begin() + static_cast<std::ptrdiff_t>(one.first),
                   names_.begin() + static_cast<std::ptrdiff_t>(one.end)))
      return at - 1;
  }
  const std::size_t first = names_.size();
  names_.insert(names_.end(), names.begin(), names.end());
  layouts_.push_back({.first = first, .end = names_.size(), .next = head->second});
  head->second = static_cast<std::uint32_t>(layouts_.size());
  return head->second - 1;
}

std::vector<Shape> Layouts::InferShapes() const {
  struct Candidate {
    std::uint64_t count = 0;
    std::size_t place = 0;  // in the order of their first objects
  };
  struct HashOfNames {
    std::size_t operator()(const std::vector<StringIndex>& names) const {
      return HashOf(names.data(), names.size());
    }
  };
  std::unordered_map<std::vector<StringIndex>, Candidate, HashOfNames> candidates;
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
  for (const Layout& layout : layouts_) {
    objects += layout.count;
    properties.clear();
    std::size_t length = 1;
    for (std::size_t at = layout.first; at < layout.end; ++at) {
      const auto& [text, text_length] = write(names_[at]);
      if (text == "__proto__") continue;
      if (length > 1 && length + text_length > kMaxShapeName) break;
      if (length != 1) length += 2;
      length += text_length;
      properties.push_back(names_[at]);
    }
    if (properties.empty()) continue;
    auto [found, is_new] = candidates.try_emplace(properties);
    if (is_new) found->second.place = candidates.size();
    found->second.count += layout.count;
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

std::vector<std::size_t> Layouts::Match(const std::vector<Shape>& shapes) const {
  ShapeTree tree(shapes);
  std::unordered_map<StringIndex, std::optional<std::uint32_t>> number_of;
  std::vector<std::size_t> result;
  std::vector<std::uint32_t> properties;
  for (const Layout& layout : layouts_) {
    properties.clear();
    for (std::size_t at = layout.first; at < layout.end; ++at) {
      const auto [found, is_new] = number_of.try_emplace(names_[at]);
      if (is_new) found->second = tree.NumberOf(data_.String(names_[at]));
      if (found->second) properties.push_back(*found->second);
    }
    std::sort(properties.begin(), properties.end());
    result.push_back(tree.Best(properties));
  }
  return result;
}

namespace {

class ClassFinder {
 public:
  ClassFinder(const SnapshotData& data, const std::vector<std::string>& added_names,
              const std::vector<Shape>& shapes, std::vector<Class>& classes)
      : data_(data),
        added_names_(added_names),
        shapes_(shapes),
        classes_(classes),
        by_name_(data.string_count() + added_names.size(), kNoClass),
        by_shape_(shapes.size(), kNoClass) {
    by_type_.fill(kNoClass);
  }

  // `shape`: its place, or one beyond. `location`: where its constructor stands, if that is known.
  ClassIndex Find(NodeIndex node, std::size_t shape, const Location* location) {
    const NodeType type = data_.node_type[node];
    if (location != nullptr && type == NodeType::kObject) {
      const Place place{location->script, location->line, location->column, NameOf(node, shape)};
      const auto [found, is_new] = by_place_.try_emplace(place, kNoClass);
      if (is_new) {
        found->second =
            WithKey(TextOf(node, shape), std::to_string(place[0]) + ',' + std::to_string(place[1]) + ',' +
                                             std::to_string(place[2]));
      }
      return found->second;
    }
    ClassIndex& known = type != NodeType::kObject && type != NodeType::kNative
                            ? by_type_[static_cast<std::size_t>(type)]
                        : shape < shapes_.size() ? by_shape_[shape]
                                                 : by_name_[data_.node_name[node]];
    // Two names may be the same text: one of the file and one of ours.
    if (known == kNoClass) known = WithKey(TextOf(node, shape), "");
    return known;
  }

 private:
  using Place = std::array<std::uint32_t, 4>;  // script, line, column, name
  struct HashOfPlace {
    std::size_t operator()(const Place& place) const { return HashOf(place.data(), place.size()); }
  };

  [[nodiscard]] std::uint32_t NameOf(NodeIndex node, std::size_t shape) const {
    return shape < shapes_.size() ? static_cast<std::uint32_t>(by_name_.size() + shape)
                                  : data_.node_name[node];
  }

  [[nodiscard]] std::string TextOf(NodeIndex node, std::size_t shape) const {
    switch (const NodeType type = data_.node_type[node]) {
      case NodeType::kHidden:
        return "(system)";
      case NodeType::kCode:
        return "(compiled code)";
      case NodeType::kClosure:
        return "Function";
      case NodeType::kRegExp:
        return "RegExp";
      case NodeType::kObject:
      case NodeType::kNative:
        return shape < shapes_.size() ? shapes_[shape].name : WithoutAttributes(data_.node_name[node]);
      default:
        return '(' + std::string(heap::NameOf(type)) + ')';
    }
  }

  // "<div id=...>" is a <div>.
  [[nodiscard]] std::string WithoutAttributes(StringIndex name) const {
    std::string text =
        name < data_.string_count() ? data_.String(name) : added_names_[name - data_.string_count()];
    constexpr std::string_view kDetached = "Detached <";
    const bool is_element = text.starts_with('<');
    if (!is_element && !text.starts_with(kDetached)) return text;
    const std::size_t space = text.find(' ', is_element ? 0 : kDetached.size());
    return space == std::string::npos ? text : text.substr(0, space) + '>';
  }

  ClassIndex WithKey(std::string name, std::string key) {
    key += ',';
    key += name;
    const auto [known, is_new] = by_key_.try_emplace(key, static_cast<ClassIndex>(classes_.size()));
    if (is_new) classes_.push_back({.name = std::move(name), .key = std::move(key)});
    return known->second;
  }

  const SnapshotData& data_;
  const std::vector<std::string>& added_names_;
  const std::vector<Shape>& shapes_;
  std::vector<Class>& classes_;
  std::vector<ClassIndex> by_name_;
  std::vector<ClassIndex> by_shape_;
  std::array<ClassIndex, static_cast<std::size_t>(NodeType::kOther) + 1> by_type_{};
  std::unordered_map<Place, ClassIndex, HashOfPlace> by_place_;
  std::unordered_map<std::string, ClassIndex> by_key_;
};

}  // namespace

Array<ClassIndex> FindClasses(const SnapshotData& data, const std::vector<std::string>& added_names,
                              const Layouts& layouts, const std::vector<Shape>& shapes,
                              const Array<std::int32_t>& distances, std::vector<Class>& classes) {
  const std::vector<std::size_t> shape_of = layouts.Match(shapes);
  ClassFinder finder(data, added_names, shapes, classes);
  Array<ClassIndex> result;
  result.resize(data.node_count());
  auto layout = layouts.of_objects().begin();
  auto location = data.locations.begin();
  for (NodeIndex node = 0; node < data.node_count(); ++node) {
    const std::size_t shape = data.IsPlainObject(node) ? shape_of[*layout++] : shapes.size();
    while (location != data.locations.end() && location->node < node) ++location;
    const std::uint64_t size = data.self_size[node];
    if (size == 0) {
      result[node] = kNoClass;
      continue;
    }
    const bool has_location = location != data.locations.end() && location->node == node;
    const ClassIndex its = finder.Find(node, shape, has_location ? &*location : nullptr);
    result[node] = its;
    Class& one = classes[its];
    one.distance = one.count == 0 ? distances[node] : std::min(one.distance, distances[node]);
    ++one.count;
    one.self += size;
  }
  return result;
}

}  // namespace loopdet::heap
