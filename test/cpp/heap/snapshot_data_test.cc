#include "core/heap/snapshot_data.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "heap/snapshot_builder.h"
#include "heap_snapshot_fuzz.h"

namespace loopdet::heap {
namespace {

std::string SmallSnapshot() {
  SnapshotBuilder builder;
  const auto root = builder.Node("synthetic", "", 0);
  const auto global = builder.Node("object", "global", 10);
  builder.Edge(root, "shortcut", "1", global);
  for (int i = 0; i < 5; ++i) {
    const auto item = builder.Node("object", "It\"em", 20);
    builder.Edge(global, "element", std::to_string(i), item);
    builder.Edge(item, "property", "text", builder.Node("string", "value", 16));
    builder.Edge(item, "weak", "w", global);
  }
  return builder.Text();
}

std::string ErrorOf(const std::string& text) {
  SnapshotData data;
  Progress progress;
  return ReadSnapshotFrom(text, data, progress).message();
}

std::string Replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), with);
}

TEST(SnapshotData, ReadsWhatIsThere) {
  SnapshotData data;
  Progress progress;
  const Status read = ReadSnapshotFrom(SmallSnapshot(), data, progress);
  ASSERT_TRUE(read.ok()) << read.message();
  EXPECT_EQ(data.node_count(), 12U);
  EXPECT_EQ(data.edge_count(), 16U);
  EXPECT_EQ(data.node_type[2], NodeType::kObject);
  EXPECT_EQ(data.String(data.node_name[2]), "It\"em");
  EXPECT_EQ(data.edge_type[data.first_edge[2] + 1], EdgeType::kWeak);
  EXPECT_EQ(data.self_size[1], 10U);
  EXPECT_EQ(data.root, 0U);
}

TEST(SnapshotData, DecodesStrings) {
  EXPECT_EQ(DecodeJsonString("plain"), "plain");
  EXPECT_EQ(DecodeJsonString(R"(a\n\t\"\\\/)"), "a\n\t\"\\/");
  EXPECT_EQ(DecodeJsonString(R"(\u00fc\u20ac\ud83d\ude00)"), "ü€😀");
  EXPECT_EQ(DecodeJsonString(R"(\ud83d alone, \uZZZZ)"),
            "\xEF\xBF\xBD alone, \xEF\xBF\xBD"
            "ZZZZ");
}

TEST(SnapshotData, NamesWhatIsWrongAndWhere) {
  const std::string text = SmallSnapshot();
  const std::string edges_at = std::to_string(text.find("\"edges\":[") + 9);
  EXPECT_EQ(ErrorOf(""), "it is empty");
  EXPECT_NE(ErrorOf("[1]").find("at byte 0: a heap snapshot begins with {"), std::string::npos);
  EXPECT_NE(ErrorOf("{}").find("no heap snapshot"), std::string::npos);
  EXPECT_NE(ErrorOf(Replaced(text, "\"edges\":[", "\"edges\":[99,"))
                .find("at byte " + edges_at + ": a type of edge"),
            std::string::npos)
      << ErrorOf(Replaced(text, "\"edges\":[", "\"edges\":[99,"));
  EXPECT_NE(ErrorOf(Replaced(text, "\"edges\":[", "\"edges\":[-"))
                .find("at byte " + edges_at + ": a number below 0"),
            std::string::npos);
  EXPECT_NE(ErrorOf(Replaced(text, "\"node_count\":12", "\"node_count\":13"))
                .find("\"nodes\" has 12 records and not 13"),
            std::string::npos);
  EXPECT_NE(ErrorOf(Replaced(text, "\"node_count\":12", "\"node_count\":11")).find("more in \"nodes\""),
            std::string::npos);
  EXPECT_NE(ErrorOf(Replaced(text, "\"node_count\":12", "\"node_count\":4000000000")).find("too small"),
            std::string::npos);
  EXPECT_NE(ErrorOf(Replaced(text, "\"edge_count\":16", "\"edge_count\":17")).find("16 edges"),
            std::string::npos);
  EXPECT_NE(ErrorOf(Replaced(text, "self_size", "size")).find("nodes have no \"self_size\""),
            std::string::npos);
  EXPECT_NE(ErrorOf(Replaced(text, "\"strings\"", "\"things\"")).find("it has no \"strings\""),
            std::string::npos);
}

TEST(SnapshotData, EndsAtEveryByteWithoutACrash) {
  const std::string text = SmallSnapshot();
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_NE(ErrorOf(text.substr(0, length)), "") << length;
  }
}

TEST(SnapshotData, SurvivesAnyDamage) {
  const std::string text = SmallSnapshot();
  std::mt19937 random(4711);
  for (int round = 0; round < 3000; ++round) {
    std::string damaged = text;
    for (std::size_t flips = 1 + random() % 4; flips > 0; --flips)
      damaged[random() % damaged.size()] = static_cast<char>(random() % 128);
    AskEverything(damaged);
  }
}

// Records need not stand on lines of their own, nor be few.
TEST(SnapshotData, ReadsLargeSectionsInAnyLayout) {
  SnapshotBuilder builder;
  const auto root = builder.Node("synthetic", "", 0);
  constexpr std::size_t kNodes = 120'000;
  for (std::size_t i = 1; i < kNodes; ++i)
    builder.Edge(root, "element", std::to_string(i), builder.Node("object", "x", i));
  const std::string text = builder.Text();
  std::string flat = text;
  std::erase(flat, '\n');
  std::string spread = text;
  // Each number on a line of its own.
  const std::size_t begin = spread.find("\"nodes\":[");
  const std::size_t end = spread.find("\"edges\"");
  std::string nodes;
  for (const char c : spread.substr(begin, end - begin))
    nodes += c == ',' ? std::string(",\n") : std::string(1, c);
  spread = spread.substr(0, begin) + nodes + spread.substr(end);
  for (const std::string& one : {text, flat, spread}) {
    SnapshotData data;
    Progress progress;
    const Status read = ReadSnapshotFrom(one, data, progress);
    ASSERT_TRUE(read.ok()) << read.message();
    EXPECT_EQ(data.self_size[kNodes - 1], kNodes - 1);
    EXPECT_EQ(data.edge_to[kNodes - 2], kNodes - 1);
  }
}

}  // namespace
}  // namespace loopdet::heap
