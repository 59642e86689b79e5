#pragma once

#include "v8/v8_seam.h"

namespace loopdet::v8 {

// While one lives, V8 does not walk the heap as a debugger is enabled. It does so to work out, for every
// function at once, which byte of code stands in which column: 0.6 ms for each MB of the heap, a second for a
// large one. What a pause asks for later is worked out then, function by function (SharedFunctionInfo::
// EnsureSourcePositionsAvailable), so nothing is missing. V8's function begins with a look at whether its
// isolate is initialised, which nothing but that function ever reads (Node 20 to 26, x86-64): that byte is 0
// meanwhile. Where the machine code is another, nothing is done. On the isolate's thread.
class WithoutHeapWalk {
 public:
  WithoutHeapWalk(const Seam& seam, Isolate* isolate);
  WithoutHeapWalk(const WithoutHeapWalk&) = delete;
  WithoutHeapWalk& operator=(const WithoutHeapWalk&) = delete;
  ~WithoutHeapWalk() {
    if (is_initialised_ != nullptr) *is_initialised_ = 1;
  }
  [[nodiscard]] bool works() const { return is_initialised_ != nullptr; }

 private:
  volatile unsigned char* is_initialised_;
};

}  // namespace loopdet::v8
