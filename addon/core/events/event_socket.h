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

  // Once more to the same path does nothing. Fails if somebody else listens.
  Status Connect(const std::string& path);
  [[nodiscard]] bool connected() const;
  // Whether the listener has gone since the last call. What is sent until the next one still reaches it, if
  // it only wants no more: each thread's last word.
  bool TakeGone();
  // The line without its end.
  void Send(std::string_view line);

 private:
  mutable std::mutex lock_;
  UniqueFd socket_;
  std::string path_;
  bool listened_ = false;  // not known to have gone
};

}  // namespace loopdet
