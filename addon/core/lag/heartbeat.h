#pragma once

#include <atomic>
#include <cstdint>
#include <optional>

#include "core/base/clock.h"

namespace loopdet {

// Which turn of a loop is meant. A turn begins when the loop wakes from its wait and ends when it is about to
// wait again; it holds the callbacks of the poll phase, immediates, close callbacks and timers.
using TurnId = std::uint64_t;

// What a loop's thread publishes about its current turn, for the monitor thread to read at any time. Written
// by the loop's thread only; a seqlock, so that the writer never waits.
class Heartbeat {
 public:
  struct View {
    TurnId turn = 0;
    bool polling = false;       // between prepare and check: waiting, or in a poll-phase callback
    MonoNanos since = 0;        // polling: when prepare ran; else: when the turn began
    MonoNanos idle_before = 0;  // polling: uv_metrics_idle_time when prepare ran
  };

  void TurnBegan(TurnId turn, MonoNanos began) { Publish({turn, false, began, 0}); }
  void PollBegan(TurnId turn, MonoNanos now, MonoNanos idle) { Publish({turn, true, now, idle}); }

  // Nothing if the writer was in the middle of publishing, which means that the loop is alive.
  [[nodiscard]] std::optional<View> Read() const {
    const std::uint32_t before = sequence_.load(std::memory_order_acquire);
    const View view{turn_.load(std::memory_order_relaxed), polling_.load(std::memory_order_relaxed),
                    since_.load(std::memory_order_relaxed), idle_before_.load(std::memory_order_relaxed)};
    std::atomic_thread_fence(std::memory_order_acquire);
    if ((before & 1U) != 0 || sequence_.load(std::memory_order_relaxed) != before) return std::nullopt;
    return view;
  }

 private:
  void Publish(const View& view) {
    const std::uint32_t sequence = sequence_.load(std::memory_order_relaxed);
    sequence_.store(sequence + 1, std::memory_order_relaxed);
    std::atomic_thread_fence(std::memory_order_release);
    turn_.store(view.turn, std::memory_order_relaxed);
    polling_.store(view.polling, std::memory_order_relaxed);
    since_.store(view.since, std::memory_order_relaxed);
    idle_before_.store(view.idle_before, std::memory_order_relaxed);
    sequence_.store(sequence + 2, std::memory_order_release);
  }

  std::atomic<std::uint32_t> sequence_{0};
  std::atomic<TurnId> turn_{0};
  std::atomic<bool> polling_{false};
  std::atomic<MonoNanos> since_{0};
  std::atomic<MonoNanos> idle_before_{0};
};

// The turn that is busy at `now`, or nothing while the loop waits. `idle` is uv_metrics_idle_time read at
// `now`.
struct BusyTurn {
  TurnId turn = 0;
  MonoNanos began = 0;
};
std::optional<BusyTurn> BusyTurnOf(const Heartbeat::View& view, MonoNanos now, MonoNanos idle);

}  // namespace loopdet
