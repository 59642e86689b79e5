#include "core/heap/class_counts.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace loopdet {
namespace {

using nlohmann::json;

json Entry(const std::string& name, int count) {
  return {{"name", name}, {"count", count}};
}

TEST(ClassCountsTest, ThoseWithMostObjectsFirstAndEqualOnesByName) {
  ClassCounts counts;
  for (const char* name : {"Session", "Order", "Account", "Order"}) counts.Add(name);
  EXPECT_EQ(counts.ToJson(10), json::array({Entry("Order", 2), Entry("Account", 1), Entry("Session", 1)}));
}

TEST(ClassCountsTest, TheRestIsOneEntry) {
  ClassCounts counts;
  for (int i = 1; i <= 5; ++i) {
    for (int k = 0; k < i; ++k) counts.Add("class " + std::to_string(i));
  }
  EXPECT_EQ(counts.ToJson(2), json::array({Entry("class 5", 5), Entry("class 4", 4), Entry("(other)", 6)}));
}

TEST(ClassCountsTest, ALongNameIsCutBetweenCharacters) {
  ClassCounts counts;
  // 99 bytes and a character of two.
  const std::string name(99, 'x');
  counts.Add(name + "ü and more");
  counts.Add(name + "ü and other");
  EXPECT_EQ(counts.ToJson(2), json::array({Entry(name, 2)}));
}

TEST(ClassCountsTest, OfTooManyNamesTheRestIsANumber) {
  ClassCounts counts;
  for (std::size_t i = 0; i < ClassCounts::kMostNames + 7; ++i) counts.Add(std::to_string(i));
  counts.Add("0");
  const json list = counts.ToJson(1);
  EXPECT_EQ(list, json::array({Entry("0", 2), Entry("(other)", ClassCounts::kMostNames - 1 + 7)}));
}

TEST(ClassCountsTest, NothingIsAnEmptyList) {
  EXPECT_EQ(ClassCounts().ToJson(3), json::array());
}

}  // namespace
}  // namespace loopdet
