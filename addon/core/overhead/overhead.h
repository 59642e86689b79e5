#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/base/clock.h"

namespace loopdet {

// What recording has taken of the program's threads so far, by what for. Any thread adds, any thread reads.
class Overhead {
 public:
  enum Part : std::uint8_t {
    kHooks,    // before and after each wait of a loop
    kSamples,  // stacks of a blocked loop, which it tells itself
    kIo,       // begins and ends of operations
    kWork,     // captures, events, profiles: whatever runs of ours in the program's threads
    kParts,
  };
  // Measured once in so many times: to measure each hook would cost more than the hooks.
  static constexpr unsigned kOneOf = 64;

  void Add(Part part, MonoNanos time) { parts_[part].fetch_add(time, std::memory_order_relaxed); }
  [[nodiscard]] MonoNanos Of(Part part) const { return parts_[part].load(std::memory_order_relaxed); }
  [[nodiscard]] MonoNanos Sum() const {
    MonoNanos sum = 0;
    for (const auto& part : parts_) sum += part.load(std::memory_order_relaxed);
    return sum;
  }

 private:
  std::array<std::atomic<MonoNanos>, kParts> parts_{};
};

}  // namespace loopdet
