#include "v8/protector.h"

#include <algorithm>

#include "v8/machine_code.h"

namespace loopdet::v8 {

Protector::Protector(const void* asks, Isolate* isolate) {
#if !defined(__x86_64__)
  asks = nullptr;
#endif
  if (asks == nullptr || isolate == nullptr) return;
  const Code code(static_cast<const unsigned char*>(asks), kCodeLook);
  // The address of the root that holds the cell: "lea root(%rax), %rsi", or "mov $root, %esi; add (%rdi),
  // %rsi".
  const auto lea = Find(code, {0x48, 0x8D, 0xB0, kAnyByte, kAnyByte, kAnyByte, 0x00});
  const auto mov = Find(code, {0xBE, kAnyByte, kAnyByte, kAnyByte, 0x00, 0x48, 0x03, 0x37});
  if (!lea && !mov) return;
  // Behind it the next function may begin.
  const std::size_t root = std::min(lea ? *lea + 3 : kCodeLook, mov ? *mov + 1 : kCodeLook);
  const char* const slot = Inside(isolate, ReadAt<std::int32_t>(&code[root]));
  if (slot == nullptr) return;
  // A tagged pointer; the value is the cell's fourth word (after map, name and details).
  constexpr std::uintptr_t kTag = 1;
  constexpr std::size_t kValue = 3;
  const auto cell = ReadAt<std::uintptr_t>(slot);
  if ((cell & 7) != kTag) return;
  value_ = reinterpret_cast<std::int64_t*>(cell - kTag) + kValue;
}

}  // namespace loopdet::v8
