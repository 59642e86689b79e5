#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace loopdet {

// A value in the box that is written again and again: two copies (see layout.h), each half of `cell`. One
// thread writes a cell at a time. `content` longer than a copy is cut.
void WriteCell(std::span<std::byte> cell, std::span<const std::byte> content);

// A value that is written once: one copy, all of `cell`.
void WriteOnce(std::span<std::byte> cell, std::span<const std::byte> content);

struct CellView {
  std::optional<std::span<const std::byte>> content;  // nothing: never written, or no copy is whole
  int damaged = 0;                                    // copies that were written and are not whole
};
// Any bytes.
CellView ReadCell(std::span<const std::byte> cell);
CellView ReadOnce(std::span<const std::byte> cell);

}  // namespace loopdet
