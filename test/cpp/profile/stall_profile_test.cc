#include "core/profile/stall_profile.h"

#include <gtest/gtest.h>

#include <vector>

namespace loopdet {
namespace {

constexpr MonoNanos kMs = 1'000'000;

const StackEntry kMain{"main", "/app/main.js", 3, 1};
const StackEntry kSort{"sort", "/app/sort.js", 7, 5};
const StackEntry kSortFurtherDown{"sort", "/app/sort.js", 9, 5};
const StackEntry kLess{"less", "/app/sort.js", 2, 3};

TEST(StallProfile, IsATreeOfTheSampledFunctions) {
  std::vector<Stall> stalls(2);
  stalls[0].began = 100 * kMs;
  stalls[0].ended = 220 * kMs;
  stalls[0].samples = {{3, {kSort, kMain}}, {2, {kLess, kSortFurtherDown, kMain}}};
  stalls[0].other_samples = 1;
  stalls[1].began = 230 * kMs;
  stalls[1].samples = {{1, {kSort, kMain}}};
  const CpuProfile profile = ProfileOf(stalls, 40 * kMs, 300 * kMs);

  ASSERT_EQ(profile.nodes.size(), 5U);
  EXPECT_EQ(profile.nodes[0].function_name, "(root)");
  EXPECT_EQ(profile.nodes[0].children, (std::vector<unsigned>{2, 3}));
  EXPECT_EQ(profile.nodes[2].function_name, "main");
  EXPECT_EQ(profile.nodes[2].children, (std::vector<unsigned>{4}));
  EXPECT_EQ(profile.nodes[3].function_name, "sort");
  EXPECT_EQ(profile.nodes[3].line, 6);
  EXPECT_EQ(profile.nodes[3].hits, 4U);
  EXPECT_EQ(profile.nodes[4].function_name, "less");
  EXPECT_EQ(profile.nodes[4].hits, 2U);

  // 60 ms of which nobody knows, six samples of 20 ms, 10 ms, and a stall that goes on.
  EXPECT_EQ(profile.samples, (std::vector<unsigned>{2, 4, 4, 4, 5, 5, 2, 2, 4, 2}));
  EXPECT_EQ(profile.time_deltas, (std::vector<std::int64_t>{60'000, 20'000, 20'000, 20'000, 20'000, 20'000,
                                                            20'000, 10'000, 70'000, 0}));
}

TEST(StallProfile, WithoutASampleSaysThatTheProgramRan) {
  std::vector<Stall> stalls;
  for (int i = 0; i < 2; ++i) {
    const CpuProfile profile = ProfileOf(stalls, 40 * kMs, 100 * kMs);
    EXPECT_EQ(profile.samples, (std::vector<unsigned>{2}));
    EXPECT_EQ(profile.time_deltas, (std::vector<std::int64_t>{60'000}));
    stalls.emplace_back();
    stalls.back().began = 90 * kMs;
  }
}

}  // namespace
}  // namespace loopdet
