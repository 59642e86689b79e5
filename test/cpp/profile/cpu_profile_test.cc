#include "core/profile/cpu_profile.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace loopdet {
namespace {

using nlohmann::json;

constexpr std::int64_t kInterval = 10'000;

CpuProfile WithIdle() {
  CpuProfile profile;
  profile.nodes = {{1, "(root)", "", 0, -1, -1, 0, {2, 3}, {}},
                   {2, "(idle)", "", 0, -1, -1, 1, {}, {}},
                   {3, "work", "/app/a.js", 7, 4, 2, 2, {}, {{6, 2}}}};
  profile.start = 1'000'000;
  profile.end = 2'000'000;
  return profile;
}

TEST(CpuProfileTest, WhatIsHiddenWasCalledByNobody) {
  CpuProfile profile;
  profile.nodes = {{1, "(root)", "", 0, -1, -1, 0, {2, 7}, {}},
                   {2, "work", "/app/a.js", 7, 4, 2, 1, {3, 6}, {}},
                   {3, "fs", "ours", 8, 1, 1, 2, {4}, {{6, 2}}},
                   {4, "sync", "ours", 8, 2, 1, 3, {5}, {}},
                   {5, "readFileSync", "node:fs", 9, 1, 1, 4, {}, {}},
                   {6, "b", "/app/a.js", 7, 9, 1, 5, {}, {}},
                   {7, "call", "ours", 8, 3, 1, 6, {}, {}}};
  profile.samples = {5, 4, 3, 2, 6, 7};
  profile.Hide("ours");
  ASSERT_EQ(profile.nodes.size(), 4U);
  EXPECT_EQ(profile.nodes[0].children, (std::vector<unsigned>{2}));
  EXPECT_EQ(profile.nodes[1].children, (std::vector<unsigned>{5, 6}));
  EXPECT_EQ(profile.nodes[1].hits, 6U);
  EXPECT_EQ(profile.nodes[0].hits, 6U);
  EXPECT_EQ(profile.samples, (std::vector<unsigned>{5, 2, 2, 2, 6, 1}));
}

TEST(CpuProfileTest, AWaitIsIdleFromItsBegin) {
  CpuProfile profile = WithIdle();
  // One sample at work, a wait of half a second, and the sample that ends it.
  profile.samples = {3, 2, 3};
  profile.time_deltas = {kInterval, 500'000, kInterval};
  profile.MarkIdle(kInterval);
  EXPECT_EQ(profile.samples, (std::vector<unsigned>{3, 2, 2, 3}));
  EXPECT_EQ(profile.time_deltas, (std::vector<std::int64_t>{kInterval, kInterval, 490'000, kInterval}));
}

TEST(CpuProfileTest, AShortWaitAndALateSampleOfWorkStay) {
  CpuProfile profile = WithIdle();
  profile.samples = {2, 3};
  profile.time_deltas = {2 * kInterval, 500'000};
  profile.MarkIdle(kInterval);
  EXPECT_EQ(profile.samples, (std::vector<unsigned>{2, 3}));
  EXPECT_EQ(profile.time_deltas, (std::vector<std::int64_t>{2 * kInterval, 500'000}));
}

TEST(CpuProfileTest, AProfileWithoutIdleTimeStays) {
  CpuProfile profile = WithIdle();
  profile.nodes.erase(profile.nodes.begin() + 1);
  profile.samples = {3};
  profile.time_deltas = {500'000};
  profile.MarkIdle(kInterval);
  EXPECT_EQ(profile.samples.size(), 1U);
}

TEST(CpuProfileTest, TheTextIsThatOfTheProtocol) {
  CpuProfile profile = WithIdle();
  profile.samples = {3};
  profile.time_deltas = {kInterval};
  const json text = json::parse(profile.ToText());
  EXPECT_EQ(text["startTime"], 1'000'000);
  EXPECT_EQ(text["endTime"], 2'000'000);
  EXPECT_EQ(text["samples"], json::array({3}));
  EXPECT_EQ(text["timeDeltas"], json::array({kInterval}));
  EXPECT_EQ(text["nodes"][0]["children"], json::array({2, 3}));
  EXPECT_FALSE(text["nodes"][1].contains("children"));
  const json& work = text["nodes"][2];
  EXPECT_EQ(work["callFrame"], json({{"functionName", "work"},
                                     {"scriptId", "7"},
                                     {"url", "file:///app/a.js"},
                                     {"lineNumber", 4},
                                     {"columnNumber", 2}}));
  EXPECT_EQ(work["hitCount"], 2);
  EXPECT_EQ(work["positionTicks"], json::array({{{"line", 6}, {"ticks", 2}}}));
}

TEST(CpuProfileTest, ANameThatIsNoUtf8DoesNotThrow) {
  CpuProfile profile = WithIdle();
  profile.nodes[2].function_name = "\xff\xfe";
  EXPECT_EQ(json::parse(profile.ToText())["nodes"][2]["callFrame"]["functionName"], "\uFFFD\uFFFD");
}

TEST(CpuProfileTest, APathBecomesAUrlAsNodeMakesOne) {
  EXPECT_EQ(FileUrlOf("/a b/ü#?%.js"), "file:///a%20b/%C3%BC%23%3F%25.js");
  EXPECT_EQ(FileUrlOf("file:///x.mjs"), "file:///x.mjs");
  EXPECT_EQ(FileUrlOf("node:fs"), "node:fs");
  EXPECT_EQ(FileUrlOf("[eval]-wrapper"), "[eval]-wrapper");
  EXPECT_EQ(FileUrlOf(""), "");
}

}  // namespace
}  // namespace loopdet
