#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"

namespace loopdet {

// One operation that a thread waits for, in memory that another thread (or a reader of the dead process's
// memory) may read at any time. Plain bytes without pointers. It knows kinds by number only. JavaScript
// writes it, too (js/io/operation-table.js, which has these places as numbers): a call of C++ costs it more
// than that.
struct IoSlot {
  static constexpr std::size_t kText = 80;

  std::atomic<std::uint32_t> sequence{0};  // odd while the slot is being written
  std::uint32_t generation = 0;            // of its uses: a token of an earlier one is no good
  double began = 0;                        // nanoseconds, as JavaScript can write them (MonoNanos). 0: free
  std::uint32_t next_free = 0;
  std::uint8_t kind = 0;
  bool sync = false;  // the loop stands still until it ends
  std::uint8_t method_length = 0;
  std::uint8_t target_length = 0;
  std::array<char, kText> text{};  // method, then target; what is longer is cut
};
static_assert(sizeof(IoSlot) == 104);
static_assert(offsetof(IoSlot, generation) == 4 && offsetof(IoSlot, began) == 8);
static_assert(offsetof(IoSlot, next_free) == 16 && offsetof(IoSlot, kind) == 20 &&
              offsetof(IoSlot, sync) == 21);
static_assert(offsetof(IoSlot, method_length) == 22 && offsetof(IoSlot, target_length) == 23);
static_assert(offsetof(IoSlot, text) == 24);

// When the operation began, of bytes that may be any. 0: the slot is free.
MonoNanos BeganOf(double began);

// What a thread's operations are: kind, target and begin of each that has not ended. One thread writes, any
// may read. A fixed number of slots in memory that the caller gives (zeroed; pages never used cost nothing).
class IoTable {
 public:
  // Of an operation, below 2^30: a number that JavaScript needs no memory for. 0: the table was full, and the
  // operation was only counted.
  using Token = std::uint32_t;
  static constexpr unsigned kIndexBits = 17;
  static constexpr std::uint32_t kGenerations = 1U << 13U;
  static constexpr std::size_t kMaxSlots = std::size_t{1} << kIndexBits;

  struct Operation {
    Token token = 0;
    int kind = 0;
    bool sync = false;
    std::string method;
    std::string target;
    MonoNanos began = 0;
  };

  // `first`: slots before it stay free. The tokens of an earlier table that may still come name those.
  explicit IoTable(std::span<IoSlot> slots, std::uint32_t first = 0);

  // What both writers (C++ and JavaScript, on one thread) keep of a table, in this order. Any thread may
  // read.
  struct State {
    std::atomic<std::uint32_t> first_free{0};  // index + 1; 0: none
    std::atomic<std::uint32_t> used{0};        // slots beyond were never used
    std::atomic<std::uint32_t> live{0};
    std::atomic<std::uint32_t> dropped{0};
    std::atomic<std::uint32_t> size{0};  // of the table, in slots
    // Stacks of those that begin are noted so many times rarer.
    std::atomic<std::uint32_t> slower{1};
  };
  static_assert(sizeof(State) == 24);
  [[nodiscard]] const std::shared_ptr<State>& state() const { return state_; }

  // What `first` is to be of the next table on this thread.
  [[nodiscard]] std::uint32_t FirstOfNext() const;

  // The writing thread.
  Token Begin(int kind, std::string_view method, std::string_view target, bool sync, MonoNanos now);
  // How long it lasted; nothing for an operation that has ended already, or was only counted.
  std::optional<MonoNanos> End(Token token, MonoNanos now);

  // Any thread. Oldest first; of more than `limit` the oldest. `only_sync`: of those in which the loop
  // stands.
  [[nodiscard]] std::vector<Operation> Read(std::size_t limit, bool only_sync = false) const;
  [[nodiscard]] std::size_t live() const { return state_->live.load(std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t dropped() const { return state_->dropped.load(std::memory_order_relaxed); }

 private:
  [[nodiscard]] IoSlot* Find(Token token) const;

  std::span<IoSlot> slots_;
  const std::uint32_t first_;
  std::shared_ptr<State> state_;
};

}  // namespace loopdet
