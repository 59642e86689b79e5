#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace loopdet {

// CRC-32C (Castagnoli) of `bytes`. `before` is the checksum of what comes before them, or any seed. By the
// processor's own instruction where it has one.
std::uint32_t Crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0);

// The same by a table, which serves every processor. Exposed for tests.
std::uint32_t Crc32cByTable(std::span<const std::byte> bytes, std::uint32_t before = 0);

}  // namespace loopdet
