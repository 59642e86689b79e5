#pragma once

#include <array>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>

#include "core/base/clock.h"

namespace loopdet {

// Durations counted in buckets of at most 1.6 % width, from 1 microsecond to an hour, in 8 KB that never
// grow. One writer thread; readers run on that thread.
class Histogram {
 public:
  void Record(MonoNanos duration);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] MonoNanos min() const { return count_ == 0 ? 0 : min_; }
  [[nodiscard]] MonoNanos max() const { return max_; }
  [[nodiscard]] MonoNanos mean() const;
  // To the buckets' width.
  [[nodiscard]] MonoNanos StandardDeviation() const;
  // The smallest recorded duration that `fraction` (0 to 1) of all do not exceed, to the bucket's width.
  [[nodiscard]] MonoNanos Quantile(double fraction) const;

  // {count, minMs, maxMs, meanMs, p50Ms, p90Ms, p99Ms}
  [[nodiscard]] nlohmann::json ToJson() const;

 private:
  // A value below 64 microseconds has a bucket of its own; above, each power of two is cut into 64.
  static constexpr int kSubBits = 6;
  static constexpr std::uint64_t kSub = 1U << kSubBits;
  static constexpr std::uint64_t kMaxMicros = 3'600'000'000;
  static constexpr std::size_t kBuckets = (33 - kSubBits) * kSub;

  static std::size_t BucketOf(std::uint64_t micros);
  static std::uint64_t UpperBoundOf(std::size_t bucket);

  std::array<std::uint32_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
  MonoNanos total_ = 0;
  MonoNanos min_ = INT64_MAX;
  MonoNanos max_ = 0;
};

}  // namespace loopdet
