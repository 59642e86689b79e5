#include "binding/script_hashes.h"

#include <napi.h>

#include <new>

namespace loopdet {

namespace {

// A program loads its scripts at its start, and few later.
constexpr MonoNanos kBetweenLists = 10'000'000'000;

}  // namespace

ScriptHashes::~ScriptHashes() {
  for (void* script : scripts_) seam_.functions().dispose_global(script);
}

void ScriptHashes::List() {
  v8::ObjectVector found{};
  seam_.functions().loaded_scripts(isolate_, &found);
  auto** const begin = static_cast<void**>(found[0]);
  auto** const end = static_cast<void**>(found[1]);
  scripts_.assign(begin, end);
  // Allocated by V8's vector.
  ::operator delete(found[0]);
}

bool ScriptHashes::is_done() const {
  if (seam_.IsWhole() && !seam_.Has("scriptHashes")) return true;
  return listed_ != 0 && scripts_.empty();
}

bool ScriptHashes::Work(MonoNanos now, MonoNanos slice) {
  if (scripts_.empty() && listed_ != 0 && now - listed_ < kBetweenLists) return false;
  if (!seam_.IsWhole() || !seam_.Has("scriptHashes")) return false;
  const Napi::HandleScope scope(env_);
  if (scripts_.empty()) {
    listed_ = now;
    List();
  }
  // What has been hashed answers at once.
  while (!scripts_.empty() && MonotonicNow() - now < slice) {
    const Napi::HandleScope each(env_);
    seam_.functions().script_hash(scripts_.back());
    seam_.functions().dispose_global(scripts_.back());
    scripts_.pop_back();
  }
  return true;
}

}  // namespace loopdet
