// One test for each kind of damage to the bytes of a box.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <random>

#include "box_file.h"
#include "core/base/crc32c.h"

namespace loopdet {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t kRecords = 20;

// A box of 32 KB with something in every place.
class BoxDamageTest : public testing::Test {
 protected:
  BoxDamageTest() {
    const BoxFile file("damage");
    const auto box = file.Make(TinyLayout(), R"({"argv":["node"]})");
    auto area = box->ClaimThread(4);
    area->heartbeat().TurnBegan(1, 2);
    area->SetHeap({});
    area->SetStall(R"({"sinceMs":1})");
    area->SetStall(R"({"sinceMs":2})");
    IoTable(area->slots()).Begin(1, "read", "file", true, 3);
    box->SetGauges({});
    box->SetGauges({});
    RecordWriter writer(*box);
    for (std::size_t number = 0; number < kRecords; ++number) {
      writer.Append(RecordType::kNote, 4, "\"record " + std::to_string(number) + std::string(90, '.') + "\"");
    }
    whole_ = file.Bytes();
    EXPECT_TRUE(ReadBox(whole_, box_).ok());
    EXPECT_TRUE(IsWhole(box_.damage));
    EXPECT_EQ(box_.records.size(), kRecords);
  }

  // Whether it is one of the records that were written.
  [[nodiscard]] bool IsKnown(const BoxContents::Record& record) const {
    return std::any_of(box_.records.begin(), box_.records.end(), [&](const BoxContents::Record& known) {
      return known.payload == record.payload && known.sequence == record.sequence &&
             known.time == record.time && known.type == record.type && known.thread_id == record.thread_id &&
             known.cut == record.cut;
    });
  }
  void ExpectOnlyKnownRecords(const BoxContents& read) const {
    for (const auto& record : read.records) ASSERT_TRUE(IsKnown(record)) << record.payload;
  }

  static bool IsZero(const Bytes& bytes, std::size_t at) {
    return std::all_of(&bytes[at], &bytes[at] + 8, [](std::byte byte) { return byte == std::byte{0}; });
  }

  // The bytes with a checksum of the header that is right.
  static Bytes WithHeader(Bytes bytes, const FileHeader& changed) {
    FileHeader header = changed;
    header.crc = Crc32c(std::as_bytes(std::span(&header, 1)).first(offsetof(FileHeader, crc)));
    std::memcpy(bytes.data(), &header, sizeof header);
    return bytes;
  }

  Bytes whole_;
  BoxContents box_;
};

TEST_F(BoxDamageTest, TruncatedAtEveryByte) {
  std::size_t least = 0;
  for (std::size_t length = 0; length < whole_.size(); ++length) {
    // Memory of just this size: a read beyond it is seen by AddressSanitizer.
    const Bytes cut(whole_.begin(), whole_.begin() + static_cast<std::ptrdiff_t>(length));
    BoxContents read;
    const Status status = ReadBox(cut, read);
    ASSERT_EQ(status.ok(), length >= sizeof(FileHeader)) << length;
    if (!status.ok()) continue;
    ASSERT_EQ(read.damage.missing_bytes, whole_.size() - length);
    ASSERT_EQ(read.damage.bad_areas, 0U) << length;
    // The longer the file, the more is read.
    ASSERT_GE(read.records.size(), least);
    least = read.records.size();
    ExpectOnlyKnownRecords(read);
    if (length < BoxLayout::kGauges) {
      ASSERT_EQ(read.identity, "");
    } else {
      ASSERT_EQ(read.identity, box_.identity);
    }
  }
  EXPECT_EQ(least, kRecords);
}

TEST_F(BoxDamageTest, OneByteFlippedInTheHeader) {
  for (std::size_t at = 0; at < sizeof(FileHeader); ++at) {
    Bytes bytes = whole_;
    bytes[at] ^= std::byte{1} << (at % 8);
    BoxContents read;
    ASSERT_FALSE(ReadBox(bytes, read).ok()) << at;
  }
}

TEST_F(BoxDamageTest, OneByteFlippedAnywhereBeforeTheRing) {
  for (std::size_t at = sizeof(FileHeader); at < box_.layout.RingOffset(); ++at) {
    for (const std::byte flip : {std::byte{1} << (at % 8), std::byte{0xFF}}) {
      Bytes bytes = whole_;
      bytes[at] ^= flip;
      BoxContents read;
      ASSERT_TRUE(ReadBox(bytes, read).ok()) << at;
      // A value is right, or it is not there and counted.
      ASSERT_TRUE(read.identity == box_.identity || (read.identity.empty() && read.damage.bad_areas == 1))
          << at;
      for (const auto& thread : read.threads) {
        ASSERT_TRUE(thread.stall == R"({"sinceMs":2})" || thread.stall == R"({"sinceMs":1})") << at;
      }
      ASSERT_TRUE(read.gauges.has_value());
      ASSERT_EQ(read.records.size(), kRecords);
      if (at % 61 == 0) static_cast<void>(ToJson(read).dump());
    }
  }
}

TEST_F(BoxDamageTest, OneByteFlippedAnywhereInTheRing) {
  for (std::size_t at = box_.layout.RingOffset(); at < whole_.size(); ++at) {
    Bytes bytes = whole_;
    bytes[at] ^= std::byte{1} << (at % 8);
    BoxContents read;
    ASSERT_TRUE(ReadBox(bytes, read).ok());
    ExpectOnlyKnownRecords(read);
    const std::size_t in_chunk = (at - box_.layout.RingOffset()) % box_.layout.chunk_bytes;
    if (in_chunk >= sizeof(ChunkHeader)) {
      // One record at most, and never without a count.
      ASSERT_GE(read.records.size() + 1, kRecords) << at;
      ASSERT_EQ(read.damage.bad_chunks, 0U) << at;
      if (read.records.size() < kRecords) {
        ASSERT_EQ(read.damage.bad_records, 1U) << at;
      }
    } else if (read.records.size() < kRecords && !IsZero(bytes, at - in_chunk)) {
      // A claim of 1 that becomes 0 is a chunk never used.
      ASSERT_EQ(read.damage.bad_chunks, 1U) << at;
    }
  }
}

TEST_F(BoxDamageTest, ManyBytesFlipped) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    Bytes bytes = whole_;
    for (auto flips = 1 + random() % 200; flips > 0; --flips) {
      // The header stays: without it nothing is read.
      const std::size_t at = sizeof(FileHeader) + random() % (bytes.size() - sizeof(FileHeader));
      bytes[at] ^= static_cast<std::byte>(1 + random() % 255);
    }
    BoxContents read;
    ASSERT_TRUE(ReadBox(bytes, read).ok());
    ExpectOnlyKnownRecords(read);
    static_cast<void>(ToJson(read).dump());
  }
}

TEST_F(BoxDamageTest, APartOfTheRingZeroed) {
  // A hole from the second record of a chunk on, as a machine that lost power may leave.
  Bytes bytes = whole_;
  const std::size_t first = RecordStep(sizeof(RecordHeader) + box_.records[0].payload.size());
  const std::size_t hole = box_.layout.ChunkOffset(0) + sizeof(ChunkHeader) + first;
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(hole), 300, std::byte{0});
  BoxContents read;
  ASSERT_TRUE(ReadBox(bytes, read).ok());
  EXPECT_EQ(read.damage.bad_records, 1U);
  EXPECT_LT(read.records.size(), kRecords);
  ASSERT_FALSE(read.records.empty());
  EXPECT_EQ(read.records.front().sequence, 1U);
  EXPECT_EQ(read.records.back().sequence, kRecords);
  ExpectOnlyKnownRecords(read);
}

TEST_F(BoxDamageTest, RecordsOfAChunksEarlierUseAreNotTakenForNew) {
  // The header of a chunk claimed again, with all its old records.
  Bytes bytes = whole_;
  ChunkHeader header{1000, 0, 0, 0};
  header.crc = Crc32c(std::as_bytes(std::span(&header, 1)).first(offsetof(ChunkHeader, crc)));
  std::memcpy(bytes.data() + box_.layout.ChunkOffset(0), &header, sizeof header);
  BoxContents read;
  ASSERT_TRUE(ReadBox(bytes, read).ok());
  ExpectOnlyKnownRecords(read);
  ASSERT_FALSE(read.records.empty());
  EXPECT_GT(read.records.front().sequence, 1U);
}

TEST_F(BoxDamageTest, ChunksChangedOver) {
  Bytes bytes = whole_;
  const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(box_.layout.ChunkOffset(0));
  const auto second = bytes.begin() + static_cast<std::ptrdiff_t>(box_.layout.ChunkOffset(1));
  std::swap_ranges(first, second, second);
  BoxContents read;
  ASSERT_TRUE(ReadBox(bytes, read).ok());
  EXPECT_EQ(read.damage.bad_chunks, 2U);
  ExpectOnlyKnownRecords(read);
}

TEST_F(BoxDamageTest, HeadersWithSizesThatMakeNoBox) {
  const auto try_sizes = [&](const BoxLayout& sizes) {
    FileHeader header = box_.header;
    header.file_bytes = sizes.file_bytes;
    header.threads = sizes.threads;
    header.thread_bytes = sizes.thread_bytes;
    header.chunk_bytes = sizes.chunk_bytes;
    BoxContents read;
    const Status status = ReadBox(WithHeader(whole_, header), read);
    if (status.ok()) static_cast<void>(ToJson(read).dump());
    return status.ok();
  };
  const BoxLayout good = TinyLayout();
  EXPECT_TRUE(try_sizes(good));
  for (const std::uint32_t odd : {0U, 1U, 7U, 255U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU, 0xFFFFFFF8U}) {
    EXPECT_FALSE(try_sizes({odd, good.threads, good.thread_bytes, good.chunk_bytes})) << odd;
    EXPECT_FALSE(try_sizes({good.file_bytes, good.threads, odd, good.chunk_bytes})) << odd;
    EXPECT_FALSE(try_sizes({good.file_bytes, good.threads, good.thread_bytes, odd})) << odd;
    if (odd > 1) {
      EXPECT_FALSE(try_sizes({good.file_bytes, odd, good.thread_bytes, good.chunk_bytes})) << odd;
    }
  }
  EXPECT_FALSE(try_sizes({~std::uint64_t{0}, good.threads, good.thread_bytes, good.chunk_bytes}));
  // Possible sizes of a far larger box: most of it is missing.
  EXPECT_TRUE(try_sizes({std::uint64_t{1} << 30, 64, 1 << 20, 256}));
}

TEST_F(BoxDamageTest, EveryOtherVersionIsRefusedByName) {
  FileHeader header = box_.header;
  header.version = kBoxVersion + 1;
  BoxContents read;
  EXPECT_NE(
      ReadBox(WithHeader(whole_, header), read).message().find("version " + std::to_string(kBoxVersion + 1)),
      std::string::npos);
}

TEST_F(BoxDamageTest, AllZeros) {
  BoxContents read;
  for (const std::size_t length : {0UL, 1UL, 87UL, 88UL, 4096UL, 32768UL}) {
    EXPECT_FALSE(ReadBox(Bytes(length), read).ok());
  }
  // Nothing but the header.
  Bytes bytes(whole_.size());
  ASSERT_TRUE(ReadBox(WithHeader(bytes, box_.header), read).ok());
  EXPECT_EQ(read.damage.bad_areas, 1U) << "the identity is written first";
  EXPECT_TRUE(read.records.empty());
  EXPECT_TRUE(read.threads.empty());
}

TEST_F(BoxDamageTest, RandomBytes) {
  std::mt19937 random(4);
  for (int round = 0; round < 300; ++round) {
    Bytes bytes(random() % 40000);
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
    BoxContents read;
    EXPECT_FALSE(ReadBox(bytes, read).ok());
    if (bytes.size() < sizeof(FileHeader)) continue;
    ASSERT_TRUE(ReadBox(WithHeader(bytes, box_.header), read).ok());
    EXPECT_TRUE(read.records.empty());
    static_cast<void>(ToJson(read).dump());
  }
}

TEST_F(BoxDamageTest, BytesMadeToCostTheMostTime) {
  // At each place the header of a record as long as its chunk. The time would be the square of the chunk's
  // size: 16 MB of them would take hours.
  const BoxLayout layout{(16 << 20) + BoxLayout::kThreads + (8 << 20), 0, 16 << 10, 8 << 20};
  ASSERT_TRUE(layout.Check().ok());
  FileHeader header = box_.header;
  header.file_bytes = layout.file_bytes;
  header.threads = 0;
  header.chunk_bytes = layout.chunk_bytes;
  Bytes bytes = WithHeader(Bytes(layout.file_bytes), header);
  for (std::size_t chunk = 0; chunk < layout.ChunkCount(); ++chunk) {
    const auto start = bytes.begin() + static_cast<std::ptrdiff_t>(layout.ChunkOffset(chunk));
    // Each word is at once a size and a type.
    for (std::size_t at = sizeof(ChunkHeader); at < layout.chunk_bytes; at += 4) {
      const std::uint32_t word = layout.chunk_bytes / 2 + 1;
      std::memcpy(&*start + at, &word, sizeof word);
    }
    ChunkHeader claimed{1, static_cast<std::uint32_t>(chunk), 0, 0};
    claimed.crc = Crc32c(std::as_bytes(std::span(&claimed, 1)).first(offsetof(ChunkHeader, crc)));
    std::memcpy(&*start, &claimed, sizeof claimed);
  }
  BoxContents read;
  ASSERT_TRUE(ReadBox(bytes, read).ok());
  EXPECT_TRUE(read.records.empty());
  EXPECT_EQ(read.damage.bad_records, layout.ChunkCount());
}

TEST_F(BoxDamageTest, AValueCutShortByAKillLeavesTheOneBefore) {
  // The copy that is being written has no sequence yet.
  Bytes bytes = whole_;
  const std::size_t area = box_.layout.ThreadOffset(0);
  for (const std::size_t copy : {BoxLayout::kStall, BoxLayout::kStall + BoxLayout::kPage}) {
    bytes = whole_;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(area + copy + offsetof(CellHeader, sequence)), 8,
                std::byte{0});
    bytes[area + copy + sizeof(CellHeader) + 3] ^= std::byte{0xFF};
    BoxContents read;
    ASSERT_TRUE(ReadBox(bytes, read).ok());
    EXPECT_TRUE(IsWhole(read.damage));
    // The second write went to the first copy.
    EXPECT_EQ(read.threads.at(0).stall, copy == BoxLayout::kStall ? R"({"sinceMs":1})" : R"({"sinceMs":2})");
  }
}

TEST_F(BoxDamageTest, AHeartbeatCutShortByAKillIsAbsent) {
  Bytes bytes = whole_;
  bytes[box_.layout.ThreadOffset(0) + BoxLayout::kHeartbeat] |= std::byte{1};
  BoxContents read;
  ASSERT_TRUE(ReadBox(bytes, read).ok());
  EXPECT_FALSE(read.threads.at(0).heartbeat.has_value());
  EXPECT_EQ(ToJson(read)["threads"][0]["heartbeat"], nullptr);
}

TEST_F(BoxDamageTest, OperationsWithLengthsThatCannotBe) {
  Bytes bytes = whole_;
  const std::size_t slot = box_.layout.ThreadOffset(0) + BoxLayout::kSlots;
  bytes[slot + offsetof(IoSlot, method_length)] = std::byte{0xFF};
  bytes[slot + offsetof(IoSlot, target_length)] = std::byte{0xFF};
  bytes[slot + offsetof(IoSlot, sync)] = std::byte{0xFF};
  BoxContents read;
  ASSERT_TRUE(ReadBox(bytes, read).ok());
  EXPECT_EQ(read.threads.at(0).in_flight.at(0).method.size(), IoSlot::kText);
  EXPECT_EQ(read.threads.at(0).in_flight.at(0).target, "");
  EXPECT_TRUE(read.threads.at(0).in_flight.at(0).sync);
}

TEST_F(BoxDamageTest, AnOperationBeingWrittenIsLeftOut) {
  Bytes bytes = whole_;
  bytes[box_.layout.ThreadOffset(0) + BoxLayout::kSlots] |= std::byte{1};
  BoxContents read;
  ASSERT_TRUE(ReadBox(bytes, read).ok());
  EXPECT_TRUE(read.threads.at(0).in_flight.empty());
}

TEST_F(BoxDamageTest, FilesThatAreNoBoxes) {
  const BoxFile file("no-box");
  BoxContents read;
  EXPECT_NE(ReadBoxFile(file.path(), read).message().find(file.path()), std::string::npos);
  std::ofstream(file.path()) << std::string(5000, 'x');
  EXPECT_NE(ReadBoxFile(file.path(), read).message().find("not a black box"), std::string::npos);
  EXPECT_NE(ReadBoxFile(file.path(), read, 4999).message().find("too large"), std::string::npos);
  const BoxFile link("link");
  std::filesystem::create_symlink(file.path(), link.path());
  EXPECT_NE(ReadBoxFile(link.path(), read).message().find("cannot open"), std::string::npos);
  // Would wait for somebody who writes.
  const BoxFile pipe("pipe");
  ASSERT_EQ(mkfifo(pipe.path().c_str(), 0600), 0);
  EXPECT_NE(ReadBoxFile(pipe.path(), read).message().find("not a regular file"), std::string::npos);
  EXPECT_NE(ReadBoxFile("/dev/zero", read).message().find("not a regular file"), std::string::npos);
}

}  // namespace
}  // namespace loopdet
