#pragma once

#include <mutex>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "core/base/unique_fd.h"

namespace loopdet {

// Live events to somebody who listens on a Unix socket (LOOPDET_EVENTS): lines of JSON, as LOOPDET_LOG=json
// has them. Thread-safe. A listener that does not read holds up nobody: it is given up. One that ends its
// side of the connection wants no more.
class EventSocket {
 public:
  EventSocket() = default;  // nobody listens

  Status Connect(const std::string& path);
  void Disconnect();
  [[nodiscard]] bool connected() const;
  // Whether the listener has gone since the last call. What is sent still reaches one that only wants no
  // more.
  bool TakeGone();
  // The line without its end.
  void Send(std::string_view line);

 private:
  mutable std::mutex lock_;
  UniqueFd socket_;
  bool listened_ = false;  // nobody has been told that it has gone
};

}  // namespace loopdet
