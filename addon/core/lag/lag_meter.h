#pragma once

#include <cstdint>
#include <map>

#include "core/base/clock.h"
#include "core/lag/heartbeat.h"
#include "core/lag/histogram.h"

namespace loopdet {

// Measures every turn of one loop from the two moments libuv shows: prepare (about to wait) and check (the
// wait and the poll-phase callbacks are over). Idle time tells the wait from the callbacks, so that a block
// in a thread-pool or socket callback counts in full. Belongs to the loop's thread; `heartbeat` may be read
// from any.
class LagMeter {
 public:
  struct Turn {
    TurnId turn = 0;
    MonoNanos began = 0;
    MonoNanos ended = 0;
    MonoNanos polled_until = 0;  // callbacks of the poll phase lie between the begin and here
    MonoNanos waited = 0;        // before it began, as libuv has counted
    [[nodiscard]] MonoNanos duration() const { return ended - began; }
  };

  // The turn that runs when the meter starts (the program's main script) began at `now`.
  // `elsewhere`: where its heartbeat is published, if not in the meter.
  explicit LagMeter(MonoNanos now, Heartbeat* elsewhere = nullptr);

  // The loop is about to wait: the turn is over. `idle` is uv_metrics_idle_time now.
  Turn OnPrepare(MonoNanos now, MonoNanos idle);
  // The poll phase is over. The turn began when the wait in it ended.
  void OnCheck(MonoNanos now, MonoNanos idle);
  // The wait that has just ended was longer than libuv counted: the turn began no earlier than `at`.
  void BeganNotBefore(MonoNanos at);
  // The loop ends in mid-turn (process.exit, nothing left to do). Later calls give empty turns.
  Turn Finish(MonoNanos now, MonoNanos idle);

  [[nodiscard]] const Heartbeat& heartbeat() const { return heartbeat_; }
  [[nodiscard]] const Histogram& histogram() const { return histogram_; }
  // From here on the turns are counted apart, too, under this number, whatever was counted under it before.
  void StartPeriod(std::uint32_t number) { periods_[number] = Histogram(); }
  void EndPeriod(std::uint32_t number) { periods_.erase(number); }
  // nullptr: it has not been started.
  [[nodiscard]] const Histogram* period(std::uint32_t number) const {
    const auto found = periods_.find(number);
    return found == periods_.end() ? nullptr : &found->second;
  }
  // The turn in progress, or the one that begins when the wait ends.
  [[nodiscard]] TurnId turn() const { return turn_; }
  [[nodiscard]] MonoNanos began() const { return began_; }

 private:
  void Count(MonoNanos duration);

  Heartbeat own_heartbeat_;
  Heartbeat& heartbeat_;
  Histogram histogram_;
  std::map<std::uint32_t, Histogram> periods_;
  TurnId turn_ = 1;
  MonoNanos began_;
  MonoNanos polled_until_;
  MonoNanos waited_ = 0;
  MonoNanos poll_began_ = 0;
  MonoNanos idle_before_ = 0;
  bool polling_ = false;
};

}  // namespace loopdet
