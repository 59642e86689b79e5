#include "core/base/crc32c.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#include <array>
#include <cstring>

namespace loopdet {

namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;  // with its bits reversed

constexpr std::array<std::uint32_t, 256> MakeTable() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1U) ^ ((value & 1U) != 0 ? kPolynomial : 0U);
    table[byte] = value;
  }
  return table;
}
constexpr std::array<std::uint32_t, 256> kTable = MakeTable();

#if defined(__x86_64__)

bool HasInstruction() {
  return __builtin_cpu_supports("sse4.2") != 0;
}
__attribute__((target("sse4.2"))) std::uint32_t Step(std::uint32_t crc, std::uint64_t eight) {
  return static_cast<std::uint32_t>(_mm_crc32_u64(crc, eight));
}
__attribute__((target("sse4.2"))) std::uint32_t Step(std::uint32_t crc, std::byte one) {
  return _mm_crc32_u8(crc, static_cast<unsigned char>(one));
}
#define LOOPDET_CRC_TARGET __attribute__((target("sse4.2")))

#elif defined(__aarch64__)

bool HasInstruction() {
  return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
}
// By hand: GCC and Clang call the intrinsics, and what enables them in one function, by different names.
std::uint32_t Step(std::uint32_t crc, std::uint64_t eight) {
  asm(".arch_extension crc\n\tcrc32cx %w0, %w0, %x1" : "+r"(crc) : "r"(eight));
  return crc;
}
std::uint32_t Step(std::uint32_t crc, std::byte one) {
  asm(".arch_extension crc\n\tcrc32cb %w0, %w0, %w1" : "+r"(crc) : "r"(static_cast<std::uint32_t>(one)));
  return crc;
}
#define LOOPDET_CRC_TARGET

#endif

#if defined(LOOPDET_CRC_TARGET)
LOOPDET_CRC_TARGET std::uint32_t ByInstruction(std::span<const std::byte> bytes, std::uint32_t before) {
  std::uint32_t crc = ~before;
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= sizeof(std::uint64_t); left -= sizeof(std::uint64_t), at += sizeof(std::uint64_t)) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, at, sizeof eight);
    crc = Step(crc, eight);
  }
  for (; left > 0; --left, ++at) crc = Step(crc, *at);
  return ~crc;
}
#endif

}  // namespace

std::uint32_t Crc32cByTable(std::span<const std::byte> bytes, std::uint32_t before) {
  std::uint32_t crc = ~before;
  for (const std::byte byte : bytes) {
    crc = (crc >> 8U) ^ kTable[(crc ^ static_cast<std::uint32_t>(byte)) & 0xFFU];
  }
  return ~crc;
}

std::uint32_t Crc32c(std::span<const std::byte> bytes, std::uint32_t before) {
#if defined(LOOPDET_CRC_TARGET)
  static const bool has_instruction = HasInstruction();
  if (has_instruction) return ByInstruction(bytes, before);
#endif
  return Crc32cByTable(bytes, before);
}

}  // namespace loopdet
