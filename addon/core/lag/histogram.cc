#include "core/lag/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <nlohmann/json.hpp>

namespace loopdet {

std::size_t Histogram::BucketOf(std::uint64_t micros) {
  micros = std::min(micros, kMaxMicros);
  if (micros < kSub) return micros;
  const int shift = static_cast<int>(std::bit_width(micros)) - 1 - kSubBits;
  return (static_cast<std::size_t>(shift) + 1) * kSub + ((micros >> shift) - kSub);
}

std::uint64_t Histogram::UpperBoundOf(std::size_t bucket) {
  if (bucket < kSub) return bucket;
  const std::size_t shift = bucket / kSub - 1;
  return ((bucket % kSub + kSub + 1) << shift) - 1;
}

void Histogram::Record(MonoNanos duration) {
  duration = std::max<MonoNanos>(duration, 0);
  ++buckets_[BucketOf(static_cast<std::uint64_t>(duration) / 1000)];
  ++count_;
  total_ += duration;
  min_ = std::min(min_, duration);
  max_ = std::max(max_, duration);
}

MonoNanos Histogram::mean() const {
  return count_ == 0 ? 0 : total_ / static_cast<MonoNanos>(count_);
}

MonoNanos Histogram::StandardDeviation() const {
  if (count_ == 0) return 0;
  double squares = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    if (buckets_[bucket] == 0) continue;
    const auto value = std::clamp(static_cast<MonoNanos>(UpperBoundOf(bucket)) * 1000, min_, max_);
    const auto distance = static_cast<double>(value - mean());
    squares += distance * distance * buckets_[bucket];
  }
  return static_cast<MonoNanos>(std::sqrt(squares / static_cast<double>(count_)));
}

MonoNanos Histogram::Quantile(double fraction) const {
  if (count_ == 0) return 0;
  const auto rank = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::ceil(std::clamp(fraction, 0.0, 1.0) * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += buckets_[bucket];
    // The bucket's upper bound may lie beyond what was ever recorded.
    if (seen >= rank) return std::clamp(static_cast<MonoNanos>(UpperBoundOf(bucket)) * 1000, min_, max_);
  }
  return max_;
}

nlohmann::json Histogram::ToJson() const {
  return {{"count", count_},
          {"minMs", RoundMs(min())},
          {"maxMs", RoundMs(max())},
          {"meanMs", RoundMs(mean())},
          {"p50Ms", RoundMs(Quantile(0.5))},
          {"p90Ms", RoundMs(Quantile(0.9))},
          {"p99Ms", RoundMs(Quantile(0.99))}};
}

}  // namespace loopdet
