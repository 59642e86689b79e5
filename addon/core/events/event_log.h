#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/events/event_socket.h"

namespace loopdet {

enum class LogFormat { kOff, kText, kJson };

// What loopdet says on stderr: live events (LOOPDET_LOG), one notice for a written file, one line for a
// failure. Each line is one write(2), so that lines of several threads do not mix. Thread-safe. Whoever
// listens on `socket` (LOOPDET_EVENTS) hears of every event, too.
class EventLog {
 public:
  EventLog(LogFormat format, bool quiet) : format_(format), quiet_(quiet) {}

  EventSocket& socket() { return socket_; }

  // An event as interface.md shapes it: {event, time, pid, threadId, ...}.
  void Write(const nlohmann::json& event);
  // "loopdet: <text>", unless LOOPDET_QUIET.
  void Notice(std::string_view text) const;
  // "loopdet: <text>", always: something of ours does not work.
  static void Warn(std::string_view text);

 private:
  LogFormat format_;
  bool quiet_;
  EventSocket socket_;
};

// A one-line rendering for people. Exposed for tests.
std::string EventAsText(const nlohmann::json& event);

// JSON text on one line; bytes that are not UTF-8 become U+FFFD instead of an exception.
std::string ToText(const nlohmann::json& json);

}  // namespace loopdet
