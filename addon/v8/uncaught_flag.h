#pragma once

#include "v8/v8_seam.h"

namespace loopdet::v8 {

// V8's flag --abort-on-uncaught-exception, which makes V8 ask the throw hook about each exception it predicts
// nobody will catch. One for the process: the flag is shared by every isolate.
class UncaughtFlag {
 public:
  enum class State {
    kOff,
    kSilent,   // on, and V8's flag hash unchanged: code caches stay valid
    kChanged,  // on through V8's own setter: the flag hash differs, so code caches made without it are refused
  };

  explicit UncaughtFlag(const Functions& functions) : functions_(functions) {}
  UncaughtFlag(const UncaughtFlag&) = delete;
  UncaughtFlag& operator=(const UncaughtFlag&) = delete;
  ~UncaughtFlag() { Clear(); }

  State Set();
  void Clear();

 private:
  [[nodiscard]] bool SetSilently();

  const Functions& functions_;
  State state_ = State::kOff;
  volatile char* byte_ = nullptr;
};

}  // namespace loopdet::v8
