#pragma once

#include <cstdint>

#include "v8/v8_seam.h"

namespace loopdet::v8 {

// What V8's compiler relies on as long as it is intact: the value of a PropertyCell, a small integer.
class Protector {
 public:
  // `asks`: CompilationDependencies::DependOn...Protector, whose code says where the cell is (x86-64). Where
  // it is not as expected nothing is found. On the isolate's thread, and until the next collection, which may
  // move the cell.
  Protector(const void* asks, Isolate* isolate);

  [[nodiscard]] bool IsFound() const { return value_ != nullptr; }
  [[nodiscard]] bool IsBroken() const { return IsFound() && *value_ == 0; }
  // Only where nothing that breaks it is so any more: what V8 compiles from now on relies on it again.
  void Restore() { *value_ = kIntact; }

 private:
  static constexpr std::int64_t kIntact = std::int64_t{1} << 32;
  std::int64_t* value_ = nullptr;
};

}  // namespace loopdet::v8
