#pragma once

#include <atomic>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "core/events/event_socket.h"

namespace loopdet {

enum class LogFormat { kOff, kText, kJson };

// What loopdet says on stderr: live events (LOOPDET_LOG), one notice for a written file, one line for a
// failure. Each line is one write(2), so that lines of several threads do not mix. Thread-safe. Whoever
// listens on `socket` (LOOPDET_EVENTS) hears of every event, too. A stderr that is not read (and does not
// block) is waited for once, not at every line.
class EventLog {
 public:
  EventLog(LogFormat format, bool quiet) : format_(format), quiet_(quiet) {}

  EventSocket& socket() { return socket_; }

  // An event as interface.md shapes it: {event, time, pid, threadId, ...}.
  void Write(const nlohmann::json& event);
  // "loopdet: <text>", unless LOOPDET_QUIET.
  void Notice(std::string_view text);
  // "loopdet: <text>", always: something of ours does not work.
  static void Warn(std::string_view text);

 private:
  void Say(std::string line);

  LogFormat format_;
  bool quiet_;
  std::atomic<bool> reader_sleeps_ = false;
  EventSocket socket_;
};

// A one-line rendering for people. Exposed for tests.
std::string EventAsText(const nlohmann::json& event);

// JSON text on one line; bytes that are not UTF-8 become U+FFFD instead of an exception.
std::string ToText(const nlohmann::json& json);

}  // namespace loopdet
