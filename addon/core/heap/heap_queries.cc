#include "core/heap/heap_queries.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <unordered_set>

#include "core/base/text.h"
#include "core/heap/string_groups.h"

namespace loopdet::heap {

namespace {

using nlohmann::json;

constexpr std::size_t kShownText = 200;
constexpr std::size_t kLargest = 30;
constexpr std::size_t kDefaultLimit = 50;

std::string Shown(const std::string& text) {
  return std::string(CutText(text, kShownText));
}

json NodeJson(const HeapGraph& graph, NodeIndex node) {
  const SnapshotData& data = graph.data();
  json shown = {{"id", data.node_id[node]},
                {"name", Shown(graph.NodeName(node))},
                {"type", NameOf(data.node_type[node])},
                {"self", graph.SelfSize(node)},
                {"retained", graph.RetainedSize(node)},
                {"distance", graph.Distance(node)}};
  if (const ClassIndex its = graph.ClassOf(node); its != kNoClass)
    shown["class"] = Shown(graph.classes()[its].name);
  if (graph.IsDetached(node)) shown["detached"] = true;
  return shown;
}

std::size_t LimitOf(const json& options) {
  const auto found = options.find("limit");
  return found != options.end() && found->is_number_unsigned() ? found->get<std::size_t>() : kDefaultLimit;
}

// The `limit` of them that hold most.
std::vector<NodeIndex> Largest(const HeapGraph& graph, std::vector<NodeIndex> nodes, std::size_t limit) {
  const auto is_larger = [&graph](NodeIndex a, NodeIndex b) {
    return graph.RetainedSize(a) != graph.RetainedSize(b) ? graph.RetainedSize(a) > graph.RetainedSize(b)
                                                          : a < b;
  };
  const auto end = nodes.begin() + static_cast<std::ptrdiff_t>(std::min(limit, nodes.size()));
  std::partial_sort(nodes.begin(), end, nodes.end(), is_larger);
  nodes.erase(end, nodes.end());
  return nodes;
}

json NodesJson(const HeapGraph& graph, const std::vector<NodeIndex>& nodes) {
  auto list = json::array();
  for (const NodeIndex node : nodes) list.push_back(NodeJson(graph, node));
  return list;
}

json Strings(HeapGraph& graph, const json& options) {
  std::vector<StringGroup> groups = DuplicatedStrings(graph);
  std::uint64_t waste = 0;
  for (const StringGroup& group : groups) waste += group.waste();
  std::sort(groups.begin(), groups.end(), [](const StringGroup& a, const StringGroup& b) {
    return a.waste() != b.waste() ? a.waste() > b.waste() : a.nodes.front() < b.nodes.front();
  });
  json answer = {{"groups", groups.size()}, {"waste", waste}, {"strings", json::array()}};
  groups.resize(std::min(groups.size(), LimitOf(options)));
  for (const StringGroup& group : groups) {
    constexpr std::size_t kIds = 5;
    const std::string text = graph.FullString(group.nodes.front());
    auto ids = json::array();
    for (std::size_t at = 0; at < std::min(kIds, group.nodes.size()); ++at)
      ids.push_back(graph.data().node_id[group.nodes[at]]);
    answer["strings"].push_back({{"value", Shown(text)},
                                 {"count", group.nodes.size()},
                                 {"length", text.size()},
                                 {"self", group.self},
                                 {"waste", group.waste()},
                                 {"ids", std::move(ids)}});
  }
  return answer;
}

// ---- Summary

bool IsRootLike(const HeapGraph& graph, NodeIndex node) {
  return node == graph.root() || graph.data().node_type[node] == NodeType::kSynthetic;
}

// Down from a node for as long as one child holds nearly all of it: where things pile up.
NodeIndex AccumulationPoint(HeapGraph& graph, NodeIndex node) {
  constexpr double kNearlyAll = 0.8;
  const HeapGraph::Dominated& dominated = graph.dominated();
  for (;;) {
    NodeIndex largest = node;
    std::uint64_t most = 0;
    for (NodeIndex at = dominated.first[node]; at < dominated.first[node + 1]; ++at) {
      const NodeIndex child = dominated.node[at];
      if (graph.RetainedSize(child) > most) {
        most = graph.RetainedSize(child);
        largest = child;
      }
    }
    if (largest == node ||
        static_cast<double>(most) < kNearlyAll * static_cast<double>(graph.RetainedSize(node)))
      return node;
    node = largest;
  }
}

json Suspects(HeapGraph& graph) {
  constexpr double kMuch = 0.2;
  constexpr std::uint64_t kMany = 1000;
  constexpr double kWaste = 0.05;
  constexpr double kDetached = 0.01;
  // Of which every program has many.
  constexpr std::array<std::string_view, 8> kCommon = {"Object", "Function", "Array",       "Map",
                                                       "Set",    "Promise",  "ArrayBuffer", "RegExp"};
  auto suspects = json::array();
  const auto total = static_cast<double>(graph.TotalSize());
  const auto share = [total](std::uint64_t bytes) {
    return total == 0 ? 0 : static_cast<double>(bytes) / total;
  };
  const HeapGraph::Dominated& dominated = graph.dominated();
  // One object that much hangs at, and is not one that everything hangs at (the program's globals).
  std::vector<NodeIndex> heads;
  std::vector<NodeIndex> roots{graph.root()};
  while (!roots.empty()) {
    const NodeIndex root = roots.back();
    roots.pop_back();
    for (NodeIndex at = dominated.first[root]; at < dominated.first[root + 1]; ++at) {
      const NodeIndex node = dominated.node[at];
      if (share(graph.RetainedSize(node)) < kMuch) continue;
      if (IsRootLike(graph, node) || graph.Distance(node) == 1) {
        roots.push_back(node);
      } else {
        heads.push_back(AccumulationPoint(graph, node));
      }
    }
  }
  for (const NodeIndex node : Largest(graph, heads, 3)) {
    const NodeIndex children = dominated.first[node + 1] - dominated.first[node];
    suspects.push_back({{"kind", "holder"},
                        {"node", NodeJson(graph, node)},
                        {"share", share(graph.RetainedSize(node))},
                        {"children", children},
                        {"why", "much hangs at it alone"}});
  }
  std::vector<const Class*> classes;
  for (const Class& one : graph.classes()) {
    const bool is_own = !one.name.starts_with('(') && !one.name.starts_with("system /") &&
                        std::find(kCommon.begin(), kCommon.end(), one.name) == kCommon.end();
    if (is_own && one.count >= kMany && share(one.retained) >= kMuch) classes.push_back(&one);
  }
  std::sort(classes.begin(), classes.end(),
            [](const auto* a, const auto* b) { return a->retained > b->retained; });
  for (std::size_t at = 0; at < std::min<std::size_t>(3, classes.size()); ++at) {
    const Class& one = *classes[at];
    suspects.push_back({{"kind", "class"},
                        {"name", Shown(one.name)},
                        {"key", one.key},
                        {"count", one.count},
                        {"retained", one.retained},
                        {"share", share(one.retained)},
                        {"why", "there are many, and together they hold much"}});
  }
  std::uint64_t detached = 0;
  std::uint64_t count = 0;
  for (NodeIndex node = 0; node < graph.node_count(); ++node) {
    if (!graph.IsDetached(node)) continue;
    ++count;
    detached += graph.RetainedSize(node);
  }
  if (share(detached) >= kDetached) {
    suspects.push_back({{"kind", "detached"},
                        {"count", count},
                        {"retained", detached},
                        {"share", share(detached)},
                        {"why", "no document has them any more, and JavaScript holds them"}});
  }
  const std::uint64_t waste = PlainStringsWaste(graph);
  if (share(waste) >= kWaste) {
    suspects.push_back({{"kind", "strings"},
                        {"waste", waste},
                        {"share", share(waste)},
                        {"why", "the same strings are there more than once"}});
  }
  return suspects;
}

json Summary(HeapGraph& graph, const json& /*options*/) {
  const SnapshotData& data = graph.data();
  std::array<std::pair<std::uint64_t, std::uint64_t>, static_cast<std::size_t>(NodeType::kOther) + 1> types{};
  std::vector<NodeIndex> objects;
  for (NodeIndex node = 0; node < graph.node_count(); ++node) {
    auto& [count, self] = types[static_cast<std::size_t>(data.node_type[node])];
    ++count;
    self += graph.SelfSize(node);
    if (!IsRootLike(graph, node)) objects.push_back(node);
  }
  auto by_type = json::array();
  for (std::size_t type = 0; type < types.size(); ++type) {
    if (types[type].first == 0) continue;
    by_type.push_back({{"type", NameOf(static_cast<NodeType>(type))},
                       {"count", types[type].first},
                       {"self", types[type].second}});
  }
  std::sort(by_type.begin(), by_type.end(), [](const json& a, const json& b) {
    return a["self"].get<std::uint64_t>() > b["self"].get<std::uint64_t>();
  });
  const HeapGraph::Statistics& sums = graph.statistics();
  return {{"fileBytes", data.file_bytes()},
          {"nodes", data.node_count()},
          {"edges", data.edge_count()},
          {"strings", data.string_count()},
          {"totalSize", graph.TotalSize()},
          {"statistics",
           {{"native", sums.native},
            {"typedArrays", sums.typed_arrays},
            {"code", sums.code},
            {"strings", sums.strings},
            {"jsArrays", sums.js_arrays},
            {"system", sums.system}}},
          {"byType", std::move(by_type)},
          {"largest", NodesJson(graph, Largest(graph, std::move(objects), kLargest))},
          {"suspects", Suspects(graph)}};
}

json ClassJson(const Class& one) {
  return {{"name", one.name}, {"key", one.key},           {"count", one.count},
          {"self", one.self}, {"retained", one.retained}, {"distance", one.distance}};
}

json Classes(HeapGraph& graph, const json& /*options*/) {
  auto list = json::array();
  for (const Class& one : graph.classes()) list.push_back(ClassJson(one));
  return {{"classes", std::move(list)}};
}

json Error(const std::string& message) {
  return {{"error", message}};
}

json Instances(HeapGraph& graph, const json& options) {
  const std::string key = options.value("key", "");
  const auto& classes = graph.classes();
  const auto found =
      std::find_if(classes.begin(), classes.end(), [&key](const Class& one) { return one.key == key; });
  if (found == classes.end()) return Error("there is no class " + key);
  const auto its = static_cast<ClassIndex>(found - classes.begin());
  std::vector<NodeIndex> nodes;
  for (NodeIndex node = 0; node < graph.node_count(); ++node) {
    if (graph.ClassOf(node) == its) nodes.push_back(node);
  }
  const std::size_t count = nodes.size();
  return {{"count", count},
          {"instances", NodesJson(graph, Largest(graph, std::move(nodes), LimitOf(options)))}};
}

std::optional<NodeIndex> NodeOption(const HeapGraph& graph, const json& options) {
  const auto id = options.find("id");
  if (id == options.end() || !id->is_number_unsigned()) return std::nullopt;
  return graph.Find(id->get<std::uint64_t>());
}

json NoSuchNode(const json& options) {
  const auto id = options.find("id");
  return Error("there is no node @" + (id == options.end() ? std::string() : id->dump()));
}

json EdgeJson(const HeapGraph& graph, EdgeIndex edge, NodeIndex shown) {
  return {{"type", NameOf(graph.data().edge_type[edge])},
          {"name", Shown(graph.EdgeName(edge))},
          {"node", NodeJson(graph, shown)}};
}

json Inspect(HeapGraph& graph, const json& options) {
  const auto node = NodeOption(graph, options);
  if (!node) return NoSuchNode(options);
  const SnapshotData& data = graph.data();
  const EdgeIndex begin = data.first_edge[*node];
  const EdgeIndex end = data.first_edge[*node + 1];
  json answer = {{"node", NodeJson(graph, *node)},
                 {"dominator", NodeJson(graph, graph.Dominator(*node))},
                 {"fieldCount", end - begin},
                 {"fields", json::array()}};
  const std::size_t limit = LimitOf(options);
  for (EdgeIndex edge = begin; edge < end && answer["fields"].size() < limit; ++edge)
    answer["fields"].push_back(EdgeJson(graph, edge, data.edge_to[edge]));
  return answer;
}

json Refs(HeapGraph& graph, const json& options) {
  const auto node = NodeOption(graph, options);
  if (!node) return NoSuchNode(options);
  const HeapGraph::Retainers& all = graph.retainers();
  // As DevTools shows them: the root and weak references hold nothing.
  std::vector<EdgeIndex> kept;
  for (EdgeIndex at = all.first[*node]; at < all.first[*node + 1]; ++at) {
    if (all.from[at] != graph.root() && graph.data().edge_type[all.edge[at]] != EdgeType::kWeak)
      kept.push_back(at);
  }
  std::stable_sort(kept.begin(), kept.end(), [&](EdgeIndex a, EdgeIndex b) {
    const auto key = [&](EdgeIndex at) {
      const std::int32_t distance = graph.Distance(all.from[at]);
      return distance == kNoDistance ? INT32_MAX : distance;
    };
    return key(a) < key(b);
  });
  json answer = {{"node", NodeJson(graph, *node)}, {"refCount", kept.size()}, {"refs", json::array()}};
  kept.resize(std::min(kept.size(), LimitOf(options)));
  for (const EdgeIndex at : kept) answer["refs"].push_back(EdgeJson(graph, all.edge[at], all.from[at]));
  return answer;
}

json Path(HeapGraph& graph, const json& options) {
  const auto target = NodeOption(graph, options);
  if (!target) return NoSuchNode(options);
  const HeapGraph::Retainers& all = graph.retainers();
  auto path = json::array();
  NodeIndex node = *target;
  // Each step is nearer to the roots.
  while (graph.Distance(node) != kNoDistance) {
    std::optional<EdgeIndex> best;
    for (EdgeIndex at = all.first[node]; at < all.first[node + 1]; ++at) {
      const std::int32_t distance = graph.Distance(all.from[at]);
      if (graph.data().edge_type[all.edge[at]] == EdgeType::kWeak || distance == kNoDistance) continue;
      if (all.from[at] == graph.root() && graph.Distance(node) > 1 &&
          graph.Distance(node) < HeapGraph::kSystemDistance)
        continue;
      const bool is_nearer = all.from[at] == graph.root() || distance < graph.Distance(node);
      if (is_nearer &&
          (!best || (all.from[*best] != graph.root() && distance < graph.Distance(all.from[*best]))))
        best = at;
    }
    path.push_back({{"node", NodeJson(graph, node)}});
    if (!best) break;
    path.back()["type"] = NameOf(graph.data().edge_type[all.edge[*best]]);
    path.back()["edge"] = Shown(graph.EdgeName(all.edge[*best]));
    node = all.from[*best];
    if (node == graph.root()) break;
  }
  std::reverse(path.begin(), path.end());
  return {{"path", std::move(path)}};
}

json Dominators(HeapGraph& graph, const json& options) {
  NodeIndex node = graph.root();
  if (options.contains("id")) {
    const auto found = NodeOption(graph, options);
    if (!found) return NoSuchNode(options);
    node = *found;
  }
  const HeapGraph::Dominated& dominated = graph.dominated();
  std::vector<NodeIndex> children(dominated.node.begin() + dominated.first[node],
                                  dominated.node.begin() + dominated.first[node + 1]);
  const std::size_t count = children.size();
  std::vector<NodeIndex> chain;
  for (NodeIndex at = node; at != graph.root(); at = graph.Dominator(at))
    chain.push_back(graph.Dominator(at));
  return {{"node", NodeJson(graph, node)},
          {"chain", NodesJson(graph, chain)},
          {"childCount", count},
          {"children", NodesJson(graph, Largest(graph, std::move(children), LimitOf(options)))}};
}

json Contexts(HeapGraph& graph, const json& options) {
  const SnapshotData& data = graph.data();
  std::vector<NodeIndex> contexts;
  for (NodeIndex node = 0; node < graph.node_count(); ++node) {
    if (graph.data().KnownNode(node) == KnownName::kContext) contexts.push_back(node);
  }
  const std::size_t count = contexts.size();
  json answer = {{"count", count}, {"contexts", json::array()}};
  const HeapGraph::Retainers& all = graph.retainers();
  for (const NodeIndex context : Largest(graph, std::move(contexts), LimitOf(options))) {
    auto closures = json::array();
    auto variables = json::array();
    constexpr std::size_t kMost = 10;
    for (EdgeIndex at = all.first[context]; at < all.first[context + 1] && closures.size() < kMost; ++at) {
      if (data.node_type[all.from[at]] == NodeType::kClosure)
        closures.push_back(NodeJson(graph, all.from[at]));
    }
    for (EdgeIndex edge = data.first_edge[context]; edge < data.first_edge[context + 1]; ++edge) {
      if (data.edge_type[edge] == EdgeType::kContext && variables.size() < kMost)
        variables.push_back(EdgeJson(graph, edge, data.edge_to[edge]));
    }
    answer["contexts"].push_back({{"node", NodeJson(graph, context)},
                                  {"closures", std::move(closures)},
                                  {"variables", std::move(variables)}});
  }
  return answer;
}

// One row per question.
struct Question {
  const char* name;
  json (*answer)(HeapGraph&, const json&);
};
constexpr Question kQuestions[] = {
    {"summary", Summary},       {"classes", Classes}, {"instances", Instances},
    {"inspect", Inspect},       {"refs", Refs},       {"path", Path},
    {"dominators", Dominators}, {"strings", Strings}, {"contexts", Contexts},
};

// Instances of each class, by id.
std::vector<std::vector<NodeIndex>> ByClass(const HeapGraph& graph, const Array<ClassIndex>& class_of,
                                            std::size_t classes) {
  std::vector<std::vector<NodeIndex>> instances(classes);
  for (NodeIndex node = 0; node < graph.node_count(); ++node) {
    if (class_of[node] != kNoClass) instances[class_of[node]].push_back(node);
  }
  const auto& ids = graph.data().node_id;
  for (auto& list : instances)
    std::sort(list.begin(), list.end(), [&ids](NodeIndex a, NodeIndex b) { return ids[a] < ids[b]; });
  return instances;
}

}  // namespace

json Ask(HeapGraph& graph, const std::string& what, const json& options) {
  for (const Question& question : kQuestions) {
    if (what == question.name) return question.answer(graph, options.is_object() ? options : json::object());
  }
  return Error("nothing is known of " + what);
}

json Compare(const HeapGraph& before, const HeapGraph& after) {
  // The same objects are of the same class in both: plain ones by the shapes of the later.
  std::vector<Class> old_classes;
  const Array<ClassIndex> old_class_of = before.ClassesWith(after.shapes(), old_classes);
  const auto old_instances = ByClass(before, old_class_of, old_classes.size());
  std::vector<Class> new_classes;
  const Array<ClassIndex> new_class_of = after.ClassesWith(after.shapes(), new_classes);
  const auto new_instances = ByClass(after, new_class_of, new_classes.size());
  std::unordered_map<std::string, ClassIndex> new_by_key;
  for (ClassIndex at = 0; at < new_classes.size(); ++at) new_by_key.emplace(new_classes[at].key, at);

  auto list = json::array();
  const std::vector<NodeIndex> none;
  const auto compare = [&](const Class& one, const std::vector<NodeIndex>& old_nodes,
                           const std::vector<NodeIndex>& new_nodes) {
    std::uint64_t added = 0;
    std::uint64_t removed = 0;
    std::uint64_t added_size = 0;
    std::uint64_t removed_size = 0;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < old_nodes.size() || j < new_nodes.size()) {
      const bool has_old = i < old_nodes.size();
      const bool has_new = j < new_nodes.size();
      const std::uint32_t old_id = has_old ? before.data().node_id[old_nodes[i]] : 0;
      const std::uint32_t new_id = has_new ? after.data().node_id[new_nodes[j]] : 0;
      if (has_old && has_new && old_id == new_id) {
        ++i;
        ++j;
      } else if (has_old && (!has_new || old_id < new_id)) {
        ++removed;
        removed_size += before.SelfSize(old_nodes[i++]);
      } else {
        ++added;
        added_size += after.SelfSize(new_nodes[j++]);
      }
    }
    if (added == 0 && removed == 0) return;
    list.push_back(
        {{"name", one.name},
         {"key", one.key},
         {"addedCount", added},
         {"removedCount", removed},
         {"countDelta", static_cast<std::int64_t>(added) - static_cast<std::int64_t>(removed)},
         {"addedSize", added_size},
         {"removedSize", removed_size},
         {"sizeDelta", static_cast<std::int64_t>(added_size) - static_cast<std::int64_t>(removed_size)}});
  };
  std::vector<bool> is_seen(new_classes.size());
  for (ClassIndex at = 0; at < old_classes.size(); ++at) {
    const auto found = new_by_key.find(old_classes[at].key);
    if (found != new_by_key.end()) is_seen[found->second] = true;
    compare(old_classes[at], old_instances[at],
            found == new_by_key.end() ? none : new_instances[found->second]);
  }
  for (ClassIndex at = 0; at < new_classes.size(); ++at) {
    if (!is_seen[at]) compare(new_classes[at], none, new_instances[at]);
  }
  return {{"classes", std::move(list)}};
}

json FindKept(const HeapGraph& first, const HeapGraph& second, HeapGraph& third) {
  const std::unordered_set<std::uint32_t> old(first.data().node_id.begin(), first.data().node_id.end());
  std::unordered_set<std::uint32_t> came;
  for (const std::uint32_t id : second.data().node_id) {
    if (!old.contains(id)) came.insert(id);
  }
  std::vector<Class> sums(third.classes().size());
  for (NodeIndex node = 0; node < third.node_count(); ++node) {
    const ClassIndex its = third.ClassOf(node);
    if (its == kNoClass || !came.contains(third.data().node_id[node])) continue;
    ++sums[its].count;
    sums[its].self += third.SelfSize(node);
    // What is under another one of these is counted with that.
    const NodeIndex above = third.Dominator(node);
    if (!came.contains(third.data().node_id[above])) sums[its].retained += third.RetainedSize(node);
  }
  auto list = json::array();
  for (std::size_t at = 0; at < sums.size(); ++at) {
    if (sums[at].count == 0) continue;
    list.push_back({{"name", third.classes()[at].name},
                    {"key", third.classes()[at].key},
                    {"count", sums[at].count},
                    {"self", sums[at].self},
                    {"retained", sums[at].retained}});
  }
  return {{"classes", std::move(list)}};
}

}  // namespace loopdet::heap
