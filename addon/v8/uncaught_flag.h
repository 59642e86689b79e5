#pragma once

#include <functional>

#include "v8/v8_seam.h"

namespace loopdet::v8 {

// V8's flag --abort-on-uncaught-exception, which makes V8 ask the throw hook about each exception it predicts
// nobody will catch. One for the process: the flag is shared by every isolate.
class UncaughtFlag {
 public:
  enum class State {
    kOff,
    kSilent,   // on, and V8's flag hash unchanged: code caches stay valid
    kChanged,  // on through V8's own setter: the flag hash differs, so code caches made without it are
               // refused
  };

  explicit UncaughtFlag(const Functions& functions) : functions_(functions) {}
  UncaughtFlag(const UncaughtFlag&) = delete;
  UncaughtFlag& operator=(const UncaughtFlag&) = delete;
  ~UncaughtFlag() { Clear(); }

  State Set();
  void Clear();
  // V8 remembers the flag at the first throw of the process, in a variable of its own; a program that threw
  // before we were loaded has it remembered as off. Finds that variable in the executable's symbol table and
  // sets it. Takes about 10 ms. False if the table is not there (a stripped node).
  bool SetRemembered();
  // Changes another flag while `body` runs, by V8's own setter: afterwards V8's hash of its flags is what it
  // was.
  void WhileOther(const char* set, const char* reset, const std::function<void()>& body);

 private:
  [[nodiscard]] bool SetSilently();

  const Functions& functions_;
  State state_ = State::kOff;
  volatile char* byte_ = nullptr;
};

}  // namespace loopdet::v8
