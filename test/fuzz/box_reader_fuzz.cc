// Any bytes to the reader of black boxes. Fuzzing cannot guess checksums, so the bytes are also tried with
// the right ones put in. Clang:
//   cmake -S . -B <folder> -DCMAKE_CXX_COMPILER=clang++ -DLOOPDET_FUZZ=ON
//   -DLOOPDET_SANITIZE=address,undefined cmake --build <folder> --target box_reader_fuzz
//   <folder>/box_reader_fuzz -max_len=40000 <an empty folder for what it finds> test/fuzz/corpus/box_reader
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/base/crc32c.h"
#include "core/blackbox/box_reader.h"
#include "core/blackbox/layout.h"

namespace {

using namespace loopdet;
using Bytes = std::vector<std::byte>;

void Read(const Bytes& bytes) {
  BoxContents box;
  if (!ReadBox(bytes, box).ok()) return;
  if (box.records.size() > bytes.size() / sizeof(RecordHeader)) __builtin_trap();
  const std::string text = ToJson(box).dump();  // throws at what is not UTF-8
  if (!nlohmann::json::accept(text)) __builtin_trap();
}

template <typename T>
T Load(const Bytes& bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

// The checksum at the end of a header.
template <typename T>
void Mend(Bytes& bytes, std::size_t at) {
  if (at + sizeof(T) > bytes.size()) return;
  T header = Load<T>(bytes, at);
  header.crc = Crc32c(std::as_bytes(std::span(&header, 1)).first(offsetof(T, crc)));
  std::memcpy(bytes.data() + at, &header, sizeof header);
}

// The checksum at the front of what is `size` long.
void MendFront(Bytes& bytes, std::size_t at, std::size_t size, std::uint32_t seed) {
  const auto rest = std::span<const std::byte>(bytes).subspan(at + sizeof seed, size - sizeof seed);
  const std::uint32_t crc = Crc32c(rest, seed);
  std::memcpy(bytes.data() + at, &crc, sizeof crc);
}

void MendCell(Bytes& bytes, std::size_t at) {
  if (at + sizeof(CellHeader) > bytes.size()) return;
  const std::size_t size = sizeof(CellHeader) + Load<CellHeader>(bytes, at).length;
  if (size <= bytes.size() - at) MendFront(bytes, at, size, 0);
}

void MendChunk(Bytes& bytes, std::size_t at, std::size_t length) {
  length = std::min(length, bytes.size() - at);
  Mend<ChunkHeader>(bytes, at);
  if (length < sizeof(ChunkHeader)) return;
  const auto claim = Load<std::uint64_t>(bytes, at);
  const std::uint32_t seed = Crc32c(std::as_bytes(std::span(&claim, 1)));
  for (std::size_t record = sizeof(ChunkHeader); record + sizeof(RecordHeader) <= length;) {
    const std::size_t size = Load<RecordHeader>(bytes, at + record).size;
    if (size < sizeof(RecordHeader) || size > length - record) return;
    MendFront(bytes, at + record, size, seed);
    record += RecordStep(size);
  }
}

void MendAll(Bytes& bytes) {
  FileHeader header = Load<FileHeader>(bytes, 0);
  header.magic = kBoxMagic;
  header.version = kBoxVersion;
  std::memcpy(bytes.data(), &header, sizeof header);
  Mend<FileHeader>(bytes, 0);
  const BoxLayout layout{header.file_bytes, header.threads, header.thread_bytes, header.chunk_bytes};
  if (!layout.Check().ok()) return;
  MendCell(bytes, BoxLayout::kIdentity);
  MendCell(bytes, BoxLayout::kGauges);
  MendCell(bytes, BoxLayout::kGauges + kCellBytes<Gauges> / 2);
  for (std::size_t index = 0; index < layout.threads; ++index) {
    const std::size_t area = layout.ThreadOffset(index);
    MendCell(bytes, area + BoxLayout::kHeap);
    MendCell(bytes, area + BoxLayout::kHeap + kCellBytes<HeapGauges> / 2);
    MendCell(bytes, area + BoxLayout::kStall);
    MendCell(bytes, area + BoxLayout::kStall + BoxLayout::kPage);
  }
  for (std::size_t index = 0; index < layout.ChunkCount() && layout.ChunkOffset(index) < bytes.size();
       ++index) {
    MendChunk(bytes, layout.ChunkOffset(index), layout.chunk_bytes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto given = std::as_bytes(std::span(data, size));
  Bytes bytes(given.begin(), given.end());
  Read(bytes);
  if (bytes.size() < sizeof(FileHeader)) return 0;
  MendAll(bytes);
  Read(bytes);
  return 0;
}
