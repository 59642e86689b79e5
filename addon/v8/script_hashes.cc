#include "v8/script_hashes.h"

#include <atomic>
#include <span>

namespace loopdet::v8 {

namespace {

// What a handle refers to, as V8 has it in memory: the address of an object and 1.
std::uintptr_t TaggedOf(const void* handle) {
  return *static_cast<const std::uintptr_t*>(handle);
}

std::uintptr_t* FieldsOf(const void* script) {
  return reinterpret_cast<std::uintptr_t*>(TaggedOf(script) - 1);
}

// V8 tells where: the field that has a script's hash when it has just given it.
std::size_t FindField(const Functions& v8, std::span<void*> scripts) {
  // The 17th (Node 20 to 24), the 18th (Node 26), which is the last but one: nothing behind a script is read.
  constexpr std::size_t kLast = 18;
  if (scripts.empty()) return 0;
  const void* const hash = v8.script_hash(scripts.front());
  if (hash == nullptr) return 0;
  const std::uintptr_t* const fields = FieldsOf(scripts.front());
  for (std::size_t field = 1; field <= kLast; ++field) {
    if (fields[field] == TaggedOf(hash)) return field;
  }
  return 0;
}

}  // namespace

WithoutScriptHashes::WithoutScriptHashes(const Seam& seam, Isolate* isolate, Local<Value> none,
                                         Local<String> instead)
    : v8_(seam.functions()) {
  // There is no string for a thread that is being terminated.
  if (instead == nullptr || !seam.IsWhole() || !seam.Has("scriptHashes")) return;
  scripts_.emplace(v8_, isolate);
  field_ = FindField(v8_, scripts_->all());
  none_ = TaggedOf(none);
  instead_ = TaggedOf(instead);
  Replace(none_, instead_);
}

WithoutScriptHashes::~WithoutScriptHashes() {
  Replace(instead_, none_);
}

void WithoutScriptHashes::Replace(Word before, Word after) {
  if (field_ == 0) return;
  for (const void* script : scripts_->all()) {
    const std::atomic_ref<Word> field(FieldsOf(script)[field_]);
    if (field.load(std::memory_order_relaxed) == before) field.store(after, std::memory_order_relaxed);
  }
}

}  // namespace loopdet::v8
