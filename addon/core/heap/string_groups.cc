#include "core/heap/string_groups.h"

#include <array>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace loopdet::heap {

namespace {

// A string's content as a number: of two halves it can be worked out from theirs, and no text is put
// together, which for long chains of concatenations would take a square of their length. Modulo the prime
// 2^61 - 1: two different strings of a heap have the same one with a chance of one in ten thousand millions.
struct TextHash {
  std::uint64_t hash = 0;
  std::uint64_t power = 1;  // of the base, to the length
  std::size_t length = 0;

  static constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61U) - 1;
  static constexpr std::uint64_t kBase = 0x1F3D5B79A2C4E681 % kPrime;

  static std::uint64_t Multiply(std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    const std::uint64_t sum =
        static_cast<std::uint64_t>(product & kPrime) + static_cast<std::uint64_t>(product >> 61U);
    return sum >= kPrime ? sum - kPrime : sum;
  }
  void Add(std::uint64_t value) {
    hash = (Multiply(hash, kBase) + value + 1) % kPrime;
    power = Multiply(power, kBase);
    ++length;
  }
  void Add(const TextHash& other) {
    hash = (Multiply(hash, other.power) + other.hash) % kPrime;
    power = Multiply(power, other.power);
    length += other.length;
  }
};

class StringGrouper {
 public:
  explicit StringGrouper(const HeapGraph& graph) : graph_(graph), data_(graph.data()) {}

  std::vector<StringGroup> Run() {
    GroupConcatenated();
    GroupPlain();
    std::erase_if(groups_, [](const StringGroup& group) { return group.nodes.size() < 2; });
    return std::move(groups_);
  }

 private:
  void Add(std::size_t group, NodeIndex node) {
    groups_[group].nodes.push_back(node);
    groups_[group].self += graph_.SelfSize(node);
  }
  std::size_t GroupOf(std::uint64_t hash) {
    const auto [found, is_new] = by_hash_.try_emplace(hash, groups_.size());
    if (is_new) groups_.emplace_back();
    return found->second;
  }

  // Of a text that stands in the file only in parts.
  void GroupConcatenated() {
    for (NodeIndex node = 0; node < graph_.node_count(); ++node) {
      if (data_.node_type[node] != NodeType::kConsString || graph_.SelfSize(node) == 0) continue;
      // What V8 has flattened is its flat part once more.
      if (IsFlattened(node)) continue;
      const TextHash text = HashOf(node);
      lengths_.insert(text.length);
      Add(GroupOf(text.hash), node);
    }
  }

  // V8 writes each text once, so that what has the same name is the same. Only what may be one of the
  // concatenated, too, or is longer than V8 writes, is told by more than that.
  void GroupPlain() {
    constexpr std::size_t kNotYet = ~std::size_t{0};
    std::vector<std::uint32_t> counts(data_.string_count());
    const auto is_one = [this](NodeIndex node) {
      return data_.node_type[node] == NodeType::kString && graph_.SelfSize(node) != 0 &&
             data_.node_name[node] < data_.string_count();
    };
    for (NodeIndex node = 0; node < graph_.node_count(); ++node) {
      if (is_one(node)) ++counts[data_.node_name[node]];
    }
    std::unordered_map<StringIndex, std::size_t> by_name;
    for (StringIndex name = 0; name < counts.size(); ++name) {
      if (counts[name] == 0) continue;
      const std::size_t length = counts[name] > 1 || !lengths_.empty() ? data_.RawString(name).size() : 0;
      if (length >= kWrittenWhole || lengths_.contains(length)) {
        by_name.emplace(name, kNotYet);
      } else if (counts[name] > 1) {
        by_name.emplace(name, groups_.size());
        groups_.emplace_back().nodes.reserve(counts[name]);
      }
    }
    for (NodeIndex node = 0; node < graph_.node_count(); ++node) {
      if (!is_one(node)) continue;
      const auto found = by_name.find(data_.node_name[node]);
      if (found == by_name.end()) continue;
      Add(found->second == kNotYet ? GroupOf(HashOfName(node).hash) : found->second, node);
    }
  }

  std::optional<NodeIndex> Half(NodeIndex node, KnownName which) const {
    for (EdgeIndex edge = data_.first_edge[node]; edge < data_.first_edge[node + 1]; ++edge) {
      if (data_.edge_type[edge] == EdgeType::kInternal && data_.Known(data_.edge_name[edge]) == which)
        return data_.edge_to[edge];
    }
    return std::nullopt;
  }
  bool IsEmpty(NodeIndex node) const {
    return data_.node_type[node] == NodeType::kString && graph_.FullString(node).empty();
  }
  bool IsFlattened(NodeIndex node) const {
    const auto first = Half(node, KnownName::kFirst);
    const auto second = Half(node, KnownName::kSecond);
    return (first && IsEmpty(*first)) || (second && IsEmpty(*second));
  }

  // As the file has it: each text once.
  TextHash HashOfName(NodeIndex node) {
    const auto [found, is_new] = of_name_.try_emplace(data_.node_name[node]);
    TextHash& text = found->second;
    // What it takes in memory tells most of the longer ones apart.
    if (is_new) {
      const std::string_view raw = data_.node_name[node] < data_.string_count()
                                       ? data_.RawString(data_.node_name[node])
                                       : std::string_view();
      for (const char c : raw) text.Add(static_cast<unsigned char>(c));
      if (raw.size() >= kWrittenWhole) long_.insert(data_.node_name[node]);
    }
    if (!long_.contains(data_.node_name[node])) return text;
    TextHash salted = text;
    salted.Add(graph_.SelfSize(node));
    return salted;
  }

  // Depth first, without recursion: a chain may be a million long. Each half is worked out once.
  TextHash HashOf(NodeIndex start) {
    if (data_.node_type[start] != NodeType::kConsString) return HashOfName(start);
    std::vector<NodeIndex> stack{start};
    while (!stack.empty()) {
      const NodeIndex node = stack.back();
      if (of_node_.contains(node)) {
        stack.pop_back();
        continue;
      }
      const std::array<std::optional<NodeIndex>, 2> halves = {Half(node, KnownName::kFirst),
                                                              Half(node, KnownName::kSecond)};
      // A circle, which no real heap has, ends here too: what is being worked out counts as nothing.
      const bool is_second_visit = !under_way_.insert(node).second;
      bool waits = false;
      for (const auto& half : halves) {
        if (is_second_visit || !half || data_.node_type[*half] != NodeType::kConsString) continue;
        if (of_node_.contains(*half) || under_way_.contains(*half)) continue;
        stack.push_back(*half);
        waits = true;
      }
      if (waits) continue;
      TextHash text;
      for (const auto& half : halves) {
        if (!half) continue;
        if (data_.node_type[*half] != NodeType::kConsString) {
          text.Add(HashOfName(*half));
        } else if (const auto known = of_node_.find(*half); known != of_node_.end()) {
          text.Add(known->second);
        }
      }
      of_node_.emplace(node, text);
      under_way_.erase(node);
      stack.pop_back();
    }
    return of_node_[start];
  }

  // V8 writes the first 1024 characters of a longer string.
  static constexpr std::size_t kWrittenWhole = 1024;

  const HeapGraph& graph_;
  const SnapshotData& data_;
  std::vector<StringGroup> groups_;
  std::unordered_set<std::size_t> lengths_;  // of the concatenated
  std::unordered_map<std::uint64_t, std::size_t> by_hash_;
  std::unordered_map<StringIndex, TextHash> of_name_;
  std::unordered_set<StringIndex> long_;
  std::unordered_map<NodeIndex, TextHash> of_node_;
  std::unordered_set<NodeIndex> under_way_;
};

}  // namespace

std::vector<StringGroup> DuplicatedStrings(const HeapGraph& graph) {
  return StringGrouper(graph).Run();
}

std::uint64_t PlainStringsWaste(const HeapGraph& graph) {
  const SnapshotData& data = graph.data();
  struct Sum {
    std::uint32_t count = 0;
    std::uint64_t self = 0;
  };
  std::vector<Sum> sums(data.string_count());
  for (NodeIndex node = 0; node < graph.node_count(); ++node) {
    if (data.node_type[node] != NodeType::kString || data.node_name[node] >= sums.size()) continue;
    ++sums[data.node_name[node]].count;
    sums[data.node_name[node]].self += graph.SelfSize(node);
  }
  std::uint64_t waste = 0;
  for (const Sum& sum : sums) {
    if (sum.count > 1) waste += sum.self - sum.self / sum.count;
  }
  return waste;
}

}  // namespace loopdet::heap
