#pragma once

#include <atomic>
#include <cstdint>

namespace loopdet::heap {

// How far the reading of a snapshot is, for whoever looks on from another thread. Each value only grows.
struct Progress {
  std::atomic<std::uint64_t> nodes{0};  // of the whole file, known from its first kilobytes on
  std::atomic<std::uint64_t> edges{0};
  std::atomic<std::uint64_t> self_bytes{0};  // of all nodes, known when they have been read
  std::atomic<std::uint32_t> per_mille{0};  // of the time that all takes, as it was measured with other files

  void Reach(std::uint32_t wanted) {
    std::uint32_t now = per_mille.load(std::memory_order_relaxed);
    while (now < wanted && !per_mille.compare_exchange_weak(now, wanted, std::memory_order_relaxed)) {
    }
  }
};

// What each part takes of the time, in per mille, up to its end (710 MB of Node 24, two threads).
struct ProgressAt {
  static constexpr std::uint32_t kRead = 400;
  static constexpr std::uint32_t kEdgesChosen = 460;
  static constexpr std::uint32_t kWalked = 600;
  static constexpr std::uint32_t kDominators = 900;
  static constexpr std::uint32_t kDone = 1000;
};

}  // namespace loopdet::heap
