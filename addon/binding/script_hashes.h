#pragma once

#include <node_api.h>

#include <vector>

#include "core/base/clock.h"
#include "v8/v8_seam.h"

namespace loopdet {

// As a debugger is enabled V8 hashes the source of every script, and keeps the hash: most of what a first
// capture takes. So it is done beforehand, a little at a time, while the loop is about to wait or rests. On
// the loop's thread.
class ScriptHashes {
 public:
  ScriptHashes(v8::Seam& seam, napi_env env, v8::Isolate* isolate)
      : seam_(seam), env_(env), isolate_(isolate) {}
  ScriptHashes(const ScriptHashes&) = delete;
  ScriptHashes& operator=(const ScriptHashes&) = delete;
  ~ScriptHashes();

  // For so long. False: there was nothing to do. `now` has just been read.
  bool Work(MonoNanos now, MonoNanos slice);
  // Whether the scripts that are loaded by now are hashed, or cannot be.
  [[nodiscard]] bool is_done() const;

 private:
  void List();

  v8::Seam& seam_;
  const napi_env env_;
  v8::Isolate* const isolate_;
  std::vector<void*> scripts_;  // V8's Globals, ours to dispose of
  MonoNanos listed_ = 0;
};

}  // namespace loopdet
