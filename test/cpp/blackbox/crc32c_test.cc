#include "core/base/crc32c.h"

#include <gtest/gtest.h>

#include <random>
#include <string_view>
#include <vector>

namespace loopdet {
namespace {

std::span<const std::byte> BytesOf(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST(Crc32cTest, GivesThePublishedValues) {
  // RFC 3720, appendix B.4, and the check value of the polynomial.
  const std::vector<std::byte> zeros(32);
  EXPECT_EQ(Crc32c(zeros), 0x8A9136AAU);
  EXPECT_EQ(Crc32cByTable(zeros), 0x8A9136AAU);
  EXPECT_EQ(Crc32c(BytesOf("123456789")), 0xE3069283U);
  EXPECT_EQ(Crc32cByTable(BytesOf("123456789")), 0xE3069283U);
}

TEST(Crc32cTest, GoesOnFromTheChecksumOfWhatCameBefore) {
  EXPECT_EQ(Crc32c(BytesOf("56789"), Crc32c(BytesOf("1234"))), Crc32c(BytesOf("123456789")));
}

TEST(Crc32cTest, TheInstructionAndTheTableAgreeAtEveryLengthAndAlignment) {
  std::mt19937 random(1);
  std::vector<std::byte> bytes(128);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  for (std::size_t begin = 0; begin < 8; ++begin) {
    for (std::size_t length = 0; begin + length <= bytes.size(); ++length) {
      const auto part = std::span(bytes).subspan(begin, length);
      ASSERT_EQ(Crc32c(part, 7), Crc32cByTable(part, 7)) << begin << " " << length;
    }
  }
}

}  // namespace
}  // namespace loopdet
