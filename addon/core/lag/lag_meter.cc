#include "core/lag/lag_meter.h"

#include <algorithm>

namespace loopdet {

namespace {

// Poll-phase time that was not spent waiting, so when the wait ended. Clocks read apart may disagree by a
// hair.
MonoNanos WaitEnded(MonoNanos poll_began, MonoNanos idle_before, MonoNanos now, MonoNanos idle) {
  const MonoNanos waited = std::clamp<MonoNanos>(idle - idle_before, 0, now - poll_began);
  return poll_began + waited;
}

}  // namespace

std::optional<BusyTurn> BusyTurnOf(const Heartbeat::View& view, MonoNanos now, MonoNanos idle) {
  if (!view.polling) return BusyTurn{view.turn, view.since};
  const MonoNanos woke = WaitEnded(view.since, view.idle_before, now, idle);
  if (woke >= now) return std::nullopt;
  return BusyTurn{view.turn, woke};
}

LagMeter::LagMeter(MonoNanos now, Heartbeat* elsewhere)
    : heartbeat_(elsewhere != nullptr ? *elsewhere : own_heartbeat_), began_(now), polled_until_(now) {
  heartbeat_.TurnBegan(turn_, began_);
}

void LagMeter::Count(MonoNanos duration) {
  histogram_.Record(duration);
  for (auto& [number, period] : periods_) period.Record(duration);
}

LagMeter::Turn LagMeter::OnPrepare(MonoNanos now, MonoNanos idle) {
  const Turn done{turn_, began_, now, polled_until_, waited_};
  Count(done.duration());
  ++turn_;
  poll_began_ = now;
  idle_before_ = idle;
  polling_ = true;
  heartbeat_.PollBegan(turn_, now, idle);
  return done;
}

void LagMeter::OnCheck(MonoNanos now, MonoNanos idle) {
  if (!polling_) return;
  polling_ = false;
  began_ = WaitEnded(poll_began_, idle_before_, now, idle);
  polled_until_ = now;
  waited_ = began_ - poll_began_;
  heartbeat_.TurnBegan(turn_, began_);
}

void LagMeter::BeganNotBefore(MonoNanos at) {
  began_ = std::max(began_, at);
  heartbeat_.TurnBegan(turn_, began_);
}

LagMeter::Turn LagMeter::Finish(MonoNanos now, MonoNanos idle) {
  OnCheck(now, idle);
  const Turn done{turn_, began_, now, polled_until_, waited_};
  Count(done.duration());
  began_ = now;
  ++turn_;
  heartbeat_.TurnBegan(turn_, began_);
  return done;
}

}  // namespace loopdet
