#pragma once

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace loopdet {

// The result of a call that can fail: ok, or one sentence for a person that names the thing.
class [[nodiscard]] Status {
 public:
  Status() = default;
  static Status Error(std::string message) { return Status(std::move(message)); }
  // "<doing> <path>: <strerror(errno)>"
  static Status FromErrno(const std::string& doing, const std::string& path) {
    return Status(doing + " " + path + ": " + std::strerror(errno));
  }

  [[nodiscard]] bool ok() const { return message_.empty(); }
  [[nodiscard]] const std::string& message() const { return message_; }

 private:
  explicit Status(std::string message) : message_(std::move(message)) {}
  std::string message_;
};

}  // namespace loopdet
