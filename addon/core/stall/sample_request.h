#pragma once

#include <atomic>
#include <optional>
#include <utility>

#include "core/base/clock.h"
#include "core/lag/heartbeat.h"
#include "core/stall/stack.h"

namespace loopdet {

// One question at a time from the monitor thread to a loop's thread: what do you run? The answer is handed
// over without a lock, because the program never waits for the monitor. One native call may answer a single
// question when it returns, so none may be lost either.
class SampleRequest {
 public:
  struct Answer {
    TurnId turn = 0;
    Stack stack;
    MonoNanos ran = 0;    // from the question to the answer, on a CPU
    MonoNanos ended = 0;  // what the thread had used of a CPU when it had answered
  };

  // The monitor, with its lock held. Ask only when free; Take gives an answer once and makes it free again.
  [[nodiscard]] bool IsFree() const { return state_.load(std::memory_order_acquire) == State::kFree; }
  [[nodiscard]] bool IsUnanswered() const { return state_.load(std::memory_order_acquire) == State::kAsked; }
  // `cpu`: what the loop's thread has used of a CPU so far.
  void Ask(TurnId turn, MonoNanos cpu) {
    answer_ = {turn, {}, 0, 0};
    cpu_ = cpu;
    state_.store(State::kAsked, std::memory_order_release);
  }
  std::optional<Answer> Take() {
    if (state_.load(std::memory_order_acquire) != State::kAnswered) return std::nullopt;
    std::optional<Answer> taken(std::move(answer_));
    state_.store(State::kFree, std::memory_order_release);
    return taken;
  }

  // The loop's thread, once a question. Which turn is meant; nothing if nobody asks.
  [[nodiscard]] std::optional<TurnId> AskedTurn() const {
    return IsUnanswered() ? std::optional(answer_.turn) : std::nullopt;
  }
  // `cpu`: what it had used as it began to answer, and when it had its stack.
  void Reply(Stack stack, MonoNanos cpu, MonoNanos ended) {
    answer_.stack = std::move(stack);
    answer_.ran = cpu - cpu_;
    answer_.ended = ended;
    state_.store(State::kAnswered, std::memory_order_release);
  }
  void Decline() { state_.store(State::kFree, std::memory_order_release); }

 private:
  enum class State : unsigned char { kFree, kAsked, kAnswered };

  // Who may touch the fields: the monitor while kFree or kAnswered, the loop's thread while kAsked.
  std::atomic<State> state_{State::kFree};
  Answer answer_;
  MonoNanos cpu_ = 0;  // when it was asked
};

}  // namespace loopdet
