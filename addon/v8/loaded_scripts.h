#pragma once

#include <span>

#include "v8/v8_seam.h"

namespace loopdet::v8 {

// The scripts of an isolate, kept as long as this lives, but for those of a debugger (ours of
// Functions::compile_hidden). What Seam::LookUpHidden finds is needed.
class LoadedScripts {
 public:
  LoadedScripts(const Functions& functions, Isolate* isolate);
  LoadedScripts(const LoadedScripts&) = delete;
  LoadedScripts& operator=(const LoadedScripts&) = delete;
  ~LoadedScripts();

  // Handles.
  [[nodiscard]] std::span<void*> all() const;

 private:
  const Functions& v8_;
  ObjectVector scripts_{};  // V8's Globals, ours to dispose of
};

// Has V8 work out where the lines of every loaded script begin. In a handle scope.
void FindLines(const Seam& seam, Isolate* isolate);
bool CanFindLines(const Seam& seam);

}  // namespace loopdet::v8
