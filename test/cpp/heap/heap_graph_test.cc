#include "core/heap/heap_graph.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "core/heap/heap_queries.h"
#include "heap/snapshot_builder.h"

namespace loopdet::heap {
namespace {

using nlohmann::json;

HeapGraph GraphOf(const SnapshotBuilder& builder) {
  SnapshotData data;
  Progress progress;
  const Status read = ReadSnapshotFrom(builder.Text(), data, progress);
  EXPECT_TRUE(read.ok()) << read.message();
  return HeapGraph(std::move(data), progress);
}

// A root, the program's global, and what hangs at it.
class HeapGraphTest : public testing::Test {
 protected:
  HeapGraphTest() {
    root_ = builder_.Node("synthetic", "", 0);
    global_ = builder_.Node("object", "global", 10);
    builder_.Edge(root_, "shortcut", "1", global_);
  }
  SnapshotBuilder builder_;
  std::size_t root_ = 0;
  std::size_t global_ = 0;
};

TEST_F(HeapGraphTest, AnObjectRetainsWhatOnlyItLeadsTo) {
  const auto a = builder_.Node("object", "A", 100);
  const auto b = builder_.Node("object", "B", 200);
  const auto shared = builder_.Node("object", "Shared", 1000);
  const auto own = builder_.Node("object", "Own", 5);
  builder_.Edge(global_, "property", "a", a);
  builder_.Edge(global_, "property", "b", b);
  builder_.Edge(a, "property", "x", shared);
  builder_.Edge(b, "property", "x", shared);
  builder_.Edge(a, "property", "own", own);
  const HeapGraph graph = GraphOf(builder_);
  EXPECT_EQ(graph.RetainedSize(static_cast<NodeIndex>(a)), 105U);
  EXPECT_EQ(graph.RetainedSize(static_cast<NodeIndex>(b)), 200U);
  EXPECT_EQ(graph.Dominator(static_cast<NodeIndex>(shared)), global_);
  EXPECT_EQ(graph.RetainedSize(static_cast<NodeIndex>(global_)), 1315U);
  EXPECT_EQ(graph.TotalSize(), 1315U);
  EXPECT_EQ(graph.Distance(static_cast<NodeIndex>(own)), 3);
}

TEST_F(HeapGraphTest, WeakReferencesHoldNothing) {
  const auto held = builder_.Node("object", "Held", 50);
  const auto ref = builder_.Node("object", "WeakRef", 1);
  builder_.Edge(global_, "property", "ref", ref);
  builder_.Edge(ref, "weak", "target", held);
  const HeapGraph graph = GraphOf(builder_);
  EXPECT_EQ(graph.Distance(static_cast<NodeIndex>(held)), kNoDistance);
  EXPECT_EQ(graph.RetainedSize(static_cast<NodeIndex>(ref)), 1U);
  // It hangs at the root, as in DevTools.
  EXPECT_EQ(graph.Dominator(static_cast<NodeIndex>(held)), root_);
}

TEST_F(HeapGraphTest, AnEntryOfAWeakMapIsTheKeys) {
  const auto map = builder_.Node("object", "WeakMap", 1);
  const auto table = builder_.Node("array", "", 20);
  const auto key = builder_.Node("object", "Key", 2);
  const auto value = builder_.Node("object", "Value", 300);
  builder_.Edge(global_, "property", "map", map);
  builder_.Edge(map, "internal", "table", table);
  builder_.Edge(global_, "property", "key", key);
  const std::string part = " / part of key (Key @" + builder_.Id(key) + ") -> value (Value @" +
                           builder_.Id(value) + ") pair in WeakMap (table @" + builder_.Id(table) + ")";
  builder_.Edge(table, "internal", "2" + part, value);
  builder_.Edge(key, "internal", "1" + part, value);
  const HeapGraph graph = GraphOf(builder_);
  EXPECT_EQ(graph.Dominator(static_cast<NodeIndex>(value)), key);
  EXPECT_EQ(graph.RetainedSize(static_cast<NodeIndex>(key)), 302U);
}

TEST_F(HeapGraphTest, TheInsidesOfOneObjectAreItsOwn) {
  const auto list = builder_.Node("object", "Array", 16);
  const auto elements = builder_.Node("array", "", 400);
  builder_.Edge(global_, "property", "list", list);
  builder_.Edge(list, "internal", "elements", elements);
  const HeapGraph graph = GraphOf(builder_);
  EXPECT_EQ(graph.SelfSize(static_cast<NodeIndex>(list)), 416U);
  EXPECT_EQ(graph.SelfSize(static_cast<NodeIndex>(elements)), 0U);
  EXPECT_EQ(graph.statistics().js_arrays, 416U);
}

TEST_F(HeapGraphTest, PlainObjectsAreToldApartByTheirProperties) {
  const auto text = builder_.Node("string", "x", 8);
  for (int i = 0; i < 3; ++i) {
    const auto point = builder_.Node("object", "Object", 10);
    builder_.Edge(global_, "element", std::to_string(i), point);
    builder_.Edge(point, "property", "x", text);
    builder_.Edge(point, "property", "y, z", text);
  }
  const auto odd = builder_.Node("object", "Object", 7);
  builder_.Edge(global_, "property", "odd", odd);
  builder_.Edge(odd, "property", "once", text);
  const HeapGraph graph = GraphOf(builder_);
  std::set<std::string> names;
  for (const auto& one : graph.classes()) names.insert(one.name + ' ' + std::to_string(one.count));
  EXPECT_TRUE(names.contains("{x, \"y, z\"} 3"));
  EXPECT_TRUE(names.contains("Object 1"));
  EXPECT_EQ(graph.NodeName(static_cast<NodeIndex>(odd)), "{once}");
}

TEST_F(HeapGraphTest, AClassDoesNotCountItsOwnTwice) {
  auto above = global_;
  for (int i = 0; i < 10; ++i) {
    const auto link = builder_.Node("object", "Link", 10);
    builder_.Edge(above, "property", "next", link);
    above = link;
  }
  const HeapGraph graph = GraphOf(builder_);
  for (const auto& one : graph.classes()) {
    if (one.name == "Link") {
      EXPECT_EQ(one.retained, 100U);
    }
  }
}

TEST_F(HeapGraphTest, StringsArePutTogetherToBeCompared) {
  const auto ab = builder_.Node("string", "ab", 10);
  const auto a = builder_.Node("string", "a", 10);
  const auto b = builder_.Node("string", "b", 10);
  const auto cons = builder_.Node("concatenated string", "(concatenated string)", 20);
  builder_.Edge(cons, "internal", "first", a);
  builder_.Edge(cons, "internal", "second", b);
  for (const auto node : {ab, cons}) builder_.Edge(global_, "element", std::to_string(node), node);
  HeapGraph graph = GraphOf(builder_);
  const json answer = Ask(graph, "strings", json::object());
  ASSERT_EQ(answer["strings"].size(), 1U);
  EXPECT_EQ(answer["strings"][0]["value"], "ab");
  EXPECT_EQ(answer["strings"][0]["count"], 2);
}

TEST_F(HeapGraphTest, CirclesEndEverywhere) {
  const auto one = builder_.Node("concatenated string", "(concatenated string)", 20);
  const auto two = builder_.Node("concatenated string", "(concatenated string)", 20);
  builder_.Edge(one, "internal", "first", two);
  builder_.Edge(one, "internal", "second", one);
  builder_.Edge(two, "internal", "first", one);
  builder_.Edge(two, "internal", "second", two);
  builder_.Edge(global_, "property", "one", one);
  // A circle that nothing leads to.
  const auto three = builder_.Node("object", "Three", 3);
  const auto four = builder_.Node("object", "Four", 4);
  builder_.Edge(three, "property", "x", four);
  builder_.Edge(four, "property", "x", three);
  HeapGraph graph = GraphOf(builder_);
  for (const char* what : {"summary", "classes", "strings", "dominators", "contexts"})
    EXPECT_FALSE(Ask(graph, what, json::object()).contains("error")) << what;
  for (NodeIndex node = 0; node < graph.node_count(); ++node) {
    const json options = {{"id", graph.data().node_id[node]}};
    for (const char* what : {"inspect", "refs", "path", "dominators"})
      EXPECT_FALSE(Ask(graph, what, options).contains("error")) << what;
  }
  EXPECT_EQ(graph.Dominator(static_cast<NodeIndex>(three)), root_);
}

TEST_F(HeapGraphTest, ComparesById) {
  const auto old = builder_.Node("object", "Item", 10);
  const auto stays = builder_.Node("object", "Item", 10);
  builder_.Edge(global_, "property", "old", old);
  builder_.Edge(global_, "property", "stays", stays);
  SnapshotBuilder later;
  const auto root = later.Node("synthetic", "", 0);
  const auto global = later.Node("object", "global", 10);
  later.Edge(root, "shortcut", "1", global);
  later.Node("object", "Item", 10, 1000);
  later.Edge(global, "property", "new", 2);
  const auto same = later.Node("object", "Item", 10, std::stoul(builder_.Id(stays)));
  later.Edge(global, "property", "stays", same);
  const HeapGraph before = GraphOf(builder_);
  const HeapGraph after = GraphOf(later);
  const json answer = Compare(before, after);
  ASSERT_EQ(answer["classes"].size(), 1U) << answer;
  EXPECT_EQ(answer["classes"][0]["addedCount"], 1);
  EXPECT_EQ(answer["classes"][0]["removedCount"], 1);
  EXPECT_EQ(answer["classes"][0]["countDelta"], 0);
}

// A node dominates another if no way from the root leads around it.
bool LeadsAround(const SnapshotData& data, NodeIndex avoided, NodeIndex target) {
  if (avoided == data.root) return false;
  std::vector<bool> seen(data.node_count());
  std::vector<NodeIndex> stack{data.root};
  seen[data.root] = true;
  while (!stack.empty()) {
    const NodeIndex node = stack.back();
    stack.pop_back();
    if (node == target) return true;
    for (EdgeIndex edge = data.first_edge[node]; edge < data.first_edge[node + 1]; ++edge) {
      const NodeIndex to = data.edge_to[edge];
      if (seen[to] || to == avoided) continue;
      seen[to] = true;
      stack.push_back(to);
    }
  }
  return false;
}

TEST(Dominators, AreThoseOfTheDefinition) {
  std::mt19937 random(20260131);
  for (int round = 0; round < 300; ++round) {
    SnapshotBuilder builder;
    const std::size_t nodes = 2 + random() % 14;
    for (std::size_t i = 0; i < nodes; ++i) builder.Node(i == 0 ? "synthetic" : "object", "N", 1);
    // What nothing leads to hangs at the root, and would be a way around.
    for (std::size_t i = 1; i < nodes; ++i) builder.Edge(random() % i, "property", "x", i);
    const std::size_t edges = random() % (3 * nodes);
    for (std::size_t i = 0; i < edges; ++i) builder.Edge(random() % nodes, "property", "x", random() % nodes);
    SnapshotData data;
    Progress progress;
    ASSERT_TRUE(ReadSnapshotFrom(builder.Text(), data, progress).ok());
    EdgeBits all(data.edge_count());
    for (EdgeIndex edge = 0; edge < data.edge_count(); ++edge) all.Set(edge);
    const DominatorTree tree = FindDominators(data, all, progress);
    for (NodeIndex target = 1; target < data.node_count(); ++target) {
      const NodeIndex dominator = tree.dominator[target];
      EXPECT_FALSE(LeadsAround(data, dominator, target));
      // And it is the nearest: every other one dominates it too.
      for (NodeIndex other = 0; other < data.node_count(); ++other) {
        if (other == target || other == dominator || LeadsAround(data, other, target)) continue;
        EXPECT_FALSE(LeadsAround(data, other, dominator)) << round;
      }
    }
  }
}

}  // namespace
}  // namespace loopdet::heap
