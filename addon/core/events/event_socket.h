#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "core/base/unique_fd.h"

namespace loopdet {

// Live events to somebody who listens on a Unix socket (LOOPDET_EVENTS): lines of JSON, as LOOPDET_LOG=json
// has them. Thread-safe. A listener that does not read holds up nobody: it is given up.
class EventSocket {
 public:
  EventSocket() = default;  // nobody listens

  Status Connect(const std::string& path);
  [[nodiscard]] bool connected() const;
  // The line without its end.
  void Send(std::string_view line);

 private:
  mutable std::mutex lock_;
  UniqueFd socket_;
};

}  // namespace loopdet
