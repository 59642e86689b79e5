#include "v8/loaded_scripts.h"

#include <new>

namespace loopdet::v8 {

LoadedScripts::LoadedScripts(const Functions& functions, Isolate* isolate) : v8_(functions) {
  v8_.loaded_scripts(isolate, &scripts_);
}

LoadedScripts::~LoadedScripts() {
  for (void* script : all()) v8_.dispose_global(script);
  // Allocated by V8's vector.
  ::operator delete(scripts_[0]);
}

std::span<void*> LoadedScripts::all() const {
  return {static_cast<void**>(scripts_[0]), static_cast<void**>(scripts_[1])};
}

bool CanFindLines(const Seam& seam) {
  return seam.IsWhole() && seam.Has("scriptHashes") && seam.Has("scriptLines");
}

void FindLines(const Seam& seam, Isolate* isolate) {
  if (!CanFindLines(seam)) return;
  const Functions& v8 = seam.functions();
  const LoadedScripts scripts(v8, isolate);
  for (const void* script : scripts.all()) v8.script_position(script, 0);
}

}  // namespace loopdet::v8
