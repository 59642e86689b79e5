#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "v8/loaded_scripts.h"
#include "v8/v8_seam.h"

namespace loopdet::v8 {

// While one lives, V8 does not hash the scripts that are loaded as a debugger is enabled: nearly all of what
// that takes (SHA-256 of every source, Node's own included: 15 ms in an empty program), for a field of
// Debugger.scriptParsed. V8 keeps the hash in the script, and works it out where there is none: so each
// script has a constant there meanwhile. On the isolate's thread.
class WithoutScriptHashes {
 public:
  // `none`: undefined, which is what a script has that is not hashed. `instead`: a string that is not empty
  // and that V8 neither moves nor frees, a name of its own; null: nothing is done.
  WithoutScriptHashes(const Seam& seam, Isolate* isolate, Local<Value> none, Local<String> instead);
  WithoutScriptHashes(const WithoutScriptHashes&) = delete;
  WithoutScriptHashes& operator=(const WithoutScriptHashes&) = delete;
  ~WithoutScriptHashes();

 private:
  // A field of a script, which a thread of V8's that marks the heap may read.
  using Word = std::uintptr_t;
  void Replace(Word before, Word after);

  const Functions& v8_;
  std::optional<LoadedScripts> scripts_;
  std::size_t field_ = 0;  // in words from a script's beginning; 0: not found, and nothing is done
  Word none_ = 0;
  Word instead_ = 0;
};

}  // namespace loopdet::v8
