#include "v8/heap_walk.h"

#include <cstdint>

#include "v8/machine_code.h"

namespace loopdet::v8 {

namespace {

// "cmpb $0 (or 1), offset(%rdi)", before which only registers are kept.
volatile unsigned char* FindInitialised(const Seam& seam, Isolate* isolate) {
#if defined(__x86_64__)
  if (!seam.IsWhole()) return nullptr;
  constexpr std::size_t kLook = 48;
  const auto* code = reinterpret_cast<const unsigned char*>(seam.functions().collect_positions);
  if (code == nullptr || isolate == nullptr) return nullptr;
  for (std::size_t at = 0; at < kLook; ++at) {
    if (code[at] != 0x80 || code[at + 1] != 0xBF || code[at + 6] > 1) continue;
    auto* byte =
        reinterpret_cast<volatile unsigned char*>(Inside(isolate, ReadAt<std::int32_t>(code + at + 2)));
    return byte != nullptr && *byte == 1 ? byte : nullptr;
  }
#else
  (void)seam;
  (void)isolate;
#endif
  return nullptr;
}

}  // namespace

WithoutHeapWalk::WithoutHeapWalk(const Seam& seam, Isolate* isolate)
    : is_initialised_(FindInitialised(seam, isolate)) {
  if (is_initialised_ != nullptr) *is_initialised_ = 0;
}

}  // namespace loopdet::v8
