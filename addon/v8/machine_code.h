#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>

#include "v8/v8_seam.h"

namespace loopdet::v8 {

// The beginning of a function of V8's, from which one reads where something is.
inline constexpr std::size_t kCodeLook = 96;
using Code = std::span<const unsigned char, kCodeLook>;
inline constexpr int kAnyByte = -1;

// Where these bytes begin.
inline std::optional<std::size_t> Find(Code code, std::initializer_list<int> bytes) {
  const auto at =
      std::search(code.begin(), code.end(), bytes.begin(), bytes.end(),
                  [](unsigned char byte, int wanted) { return wanted == kAnyByte || byte == wanted; });
  if (at == code.end()) return std::nullopt;
  return static_cast<std::size_t>(at - code.begin());
}

template <typename T>
T ReadAt(const void* place) {
  T value{};
  std::memcpy(&value, place, sizeof value);
  return value;
}

// nullptr: no place inside it.
inline char* Inside(Isolate* isolate, std::int32_t offset) {
  constexpr std::int32_t kMost = 1 << 20;
  return offset > 0 && offset < kMost ? reinterpret_cast<char*>(isolate) + offset : nullptr;
}

}  // namespace loopdet::v8
