#pragma once

#include <cstddef>
#include <string_view>

namespace loopdet {

// The first `length` bytes of `text` at most, without half a character of UTF-8 at their end.
inline std::string_view CutText(std::string_view text, std::size_t length) {
  if (text.size() <= length) return text;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U) --length;
  return text.substr(0, length);
}

}  // namespace loopdet
