#pragma once

#include "v8/v8_seam.h"

namespace loopdet::v8 {

// While one lives, code calls C++ as directly as without a CPU profile. With one, V8 (12.4 and newer) takes a
// longer way, on which it notes what is called; optimised code stays on that for good
// (CallApiCallbackOptimized, the protector NoProfiling). From V8 13 on, time in C++ is then its caller's, as
// that of V8's own built-ins is anyway. Two places say which way it is, and both are found in V8's code that
// asks them (x86-64); where anything is not as expected, nothing is done. On the isolate's thread.
class DirectCalls {
 public:
  // Before a profile begins: what V8 does because of one it is asked to do for other reasons, too, so that
  // the profile has its lines, its inlined functions and what is compiled from then on.
  DirectCalls(const Functions& functions, Isolate* isolate);
  DirectCalls(const DirectCalls&) = delete;
  DirectCalls& operator=(const DirectCalls&) = delete;
  ~DirectCalls();
  // Once it has begun.
  void Begin();

 private:
  const Functions& functions_;
  Isolate* const isolate_;
  const bool works_;
};

}  // namespace loopdet::v8
