#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace loopdet::heap {

// Writes small snapshots, as V8 lays them out.
class SnapshotBuilder {
 public:
  // Its place. `id` 0: an odd one of its own.
  std::size_t Node(const std::string& type, const std::string& name, std::size_t size, std::size_t id = 0) {
    nodes_.push_back(
        {TypeOf(kNodeTypes, type), StringOf(name), id == 0 ? 2 * nodes_.size() + 1 : id, size, {}});
    return nodes_.size() - 1;
  }
  void Edge(std::size_t from, const std::string& type, const std::string& name, std::size_t to) {
    const bool is_index = type == "element" || type == "hidden";
    nodes_[from].edges.push_back(
        {TypeOf(kEdgeTypes, type), is_index ? std::stoul(name) : StringOf(name), to});
  }
  [[nodiscard]] std::string Id(std::size_t node) const { return std::to_string(nodes_[node].id); }

  [[nodiscard]] std::string Text() const {
    std::size_t edge_count = 0;
    std::string nodes;
    std::string edges;
    for (const auto& node : nodes_) {
      nodes += (nodes.empty() ? "" : ",") +
               Numbers({node.type, node.name, node.id, node.size, node.edges.size(), 0}) + "\n";
      for (const auto& edge : node.edges) {
        edges += (edges.empty() ? "" : ",") + Numbers({edge.type, edge.name, edge.to * kNodeFields}) + "\n";
        ++edge_count;
      }
    }
    std::string strings;
    for (const std::string& one : strings_) {
      std::string escaped;
      for (const char c : one) {
        if (c == '"' || c == '\\') escaped += '\\';
        escaped += c;
      }
      strings += (strings.empty() ? "\"" : ",\n\"") + escaped + "\"";
    }
    return R"({"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count","trace_node_id"],)"
           R"("node_types":[)" +
           List(kNodeTypes) + R"(,"string","number","number","number","number"],"edge_fields":["type",)" +
           R"("name_or_index","to_node"],"edge_types":[)" + List(kEdgeTypes) +
           R"(,"string_or_number","node"],"trace_function_info_fields":[],"sample_fields":[],)" +
           R"("location_fields":["object_index","script_id","line","column"]},"node_count":)" +
           std::to_string(nodes_.size()) + R"(,"edge_count":)" + std::to_string(edge_count) +
           R"(,"trace_function_count":0},)" + "\n\"nodes\":[" + nodes + "],\n\"edges\":[" + edges +
           "],\n\"trace_function_infos\":[],\n\"trace_tree\":[],\n\"samples\":[],\n\"locations\":[],"
           "\n\"strings\":[" +
           strings + "]}";
  }

 private:
  static constexpr std::size_t kNodeFields = 6;
  static inline const std::vector<std::string> kNodeTypes = {"hidden",
                                                             "array",
                                                             "string",
                                                             "object",
                                                             "code",
                                                             "closure",
                                                             "regexp",
                                                             "number",
                                                             "native",
                                                             "synthetic",
                                                             "concatenated string",
                                                             "sliced string",
                                                             "symbol"};
  static inline const std::vector<std::string> kEdgeTypes = {"context", "element",  "property", "internal",
                                                             "hidden",  "shortcut", "weak"};
  struct EdgeRow {
    std::size_t type;
    std::size_t name;
    std::size_t to;
  };
  struct NodeRow {
    std::size_t type;
    std::size_t name;
    std::size_t id;
    std::size_t size;
    std::vector<EdgeRow> edges;
  };

  static std::size_t TypeOf(const std::vector<std::string>& types, const std::string& name) {
    return static_cast<std::size_t>(std::find(types.begin(), types.end(), name) - types.begin());
  }
  std::size_t StringOf(const std::string& text) {
    const auto [found, is_new] = places_.try_emplace(text, strings_.size());
    if (is_new) strings_.push_back(text);
    return found->second;
  }
  static std::string Numbers(const std::vector<std::size_t>& numbers) {
    std::string text;
    for (const std::size_t one : numbers) text += (text.empty() ? "" : ",") + std::to_string(one);
    return text;
  }
  static std::string List(const std::vector<std::string>& names) {
    std::string text = "[";
    for (const std::string& one : names) text += (text.size() == 1 ? "\"" : ",\"") + one + "\"";
    return text + "]";
  }

  std::vector<NodeRow> nodes_;
  std::vector<std::string> strings_;
  std::map<std::string, std::size_t> places_;
};

}  // namespace loopdet::heap
