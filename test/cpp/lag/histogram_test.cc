#include "core/lag/histogram.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace loopdet {
namespace {

constexpr MonoNanos kMs = 1'000'000;

TEST(Histogram, IsAllZeroBeforeTheFirstRecord) {
  const Histogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), 0);
  EXPECT_EQ(histogram.mean(), 0);
  EXPECT_EQ(histogram.Quantile(0.99), 0);
}

TEST(Histogram, KeepsExtremesAndMeanExactly) {
  Histogram histogram;
  for (const MonoNanos value : {3 * kMs, 1 * kMs, 8 * kMs}) histogram.Record(value);
  EXPECT_EQ(histogram.count(), 3U);
  EXPECT_EQ(histogram.min(), 1 * kMs);
  EXPECT_EQ(histogram.max(), 8 * kMs);
  EXPECT_EQ(histogram.mean(), 4 * kMs);
}

TEST(Histogram, KnowsHowFarTurnsAreSpread) {
  Histogram histogram;
  EXPECT_EQ(histogram.StandardDeviation(), 0);
  for (int i = 0; i < 100; ++i) histogram.Record((i % 2 == 0 ? 10 : 30) * 1'000'000);
  // To a bucket's width.
  EXPECT_NEAR(static_cast<double>(histogram.StandardDeviation()), 10e6, 0.5e6);
}

TEST(Histogram, EveryQuantileIsWithinABucketOfTheTruth) {
  Histogram histogram;
  for (int micros = 1; micros <= 100'000; ++micros) histogram.Record(micros * 1000LL);
  for (const double fraction : {0.01, 0.1, 0.5, 0.9, 0.99, 0.999}) {
    const double truth = fraction * 100'000 * 1000;
    EXPECT_NEAR(static_cast<double>(histogram.Quantile(fraction)), truth, truth * 0.017 + 1000) << fraction;
  }
  EXPECT_EQ(histogram.Quantile(1), 100'000'000);
}

TEST(Histogram, TakesDurationsFarBeyondItsRange) {
  Histogram histogram;
  histogram.Record(-5);
  histogram.Record(INT64_MAX / 4);
  EXPECT_EQ(histogram.count(), 2U);
  EXPECT_EQ(histogram.min(), 0);
  EXPECT_EQ(histogram.max(), INT64_MAX / 4);
  EXPECT_LE(histogram.Quantile(0.5), histogram.Quantile(1));
}

TEST(Histogram, JsonHasTheNamesOfTheInterface) {
  Histogram histogram;
  histogram.Record(120 * kMs);
  const auto json = histogram.ToJson();
  for (const char* key : {"count", "minMs", "maxMs", "meanMs", "p50Ms", "p90Ms", "p99Ms"}) {
    EXPECT_TRUE(json.contains(key)) << key;
  }
  EXPECT_EQ(json["maxMs"], 120.0);
  EXPECT_EQ(json["p99Ms"], 120.0);
}

}  // namespace
}  // namespace loopdet
