#include "core/blackbox/cell.h"

#include <algorithm>
#include <atomic>
#include <cstring>

#include "core/base/crc32c.h"
#include "core/blackbox/layout.h"

namespace loopdet {

namespace {

std::uint32_t CrcOf(const CellHeader& header, std::span<const std::byte> content) {
  const auto fields = std::as_bytes(std::span(&header, 1)).subspan(sizeof header.crc);
  return Crc32c(content, Crc32c(fields));
}

CellHeader HeaderOf(std::span<const std::byte> copy) {
  CellHeader header;
  if (copy.size() >= sizeof header) std::memcpy(&header, copy.data(), sizeof header);
  return header;
}

void WriteCopy(std::span<std::byte> copy, std::uint64_t sequence, std::span<const std::byte> content) {
  content = content.first(std::min(content.size(), copy.size() - sizeof(CellHeader)));
  CellHeader header{0, static_cast<std::uint32_t>(content.size()), sequence};
  header.crc = CrcOf(header, content);
  auto& last = *reinterpret_cast<std::uint64_t*>(copy.data() + offsetof(CellHeader, sequence));
  const std::atomic_ref<std::uint64_t> commit(last);
  commit.store(0, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  if (!content.empty()) std::memcpy(copy.data() + sizeof header, content.data(), content.size());
  std::memcpy(copy.data(), &header, offsetof(CellHeader, sequence));
  commit.store(sequence, std::memory_order_release);
}

}  // namespace

void WriteCell(std::span<std::byte> cell, std::span<const std::byte> content) {
  const auto first = cell.first(cell.size() / 2);
  const auto second = cell.subspan(cell.size() / 2);
  const std::uint64_t sequence = std::max(HeaderOf(first).sequence, HeaderOf(second).sequence) + 1;
  WriteCopy(sequence % 2 == 0 ? first : second, sequence, content);
}

void WriteOnce(std::span<std::byte> cell, std::span<const std::byte> content) {
  WriteCopy(cell, 1, content);
}

CellView ReadOnce(std::span<const std::byte> cell) {
  const CellHeader header = HeaderOf(cell);
  if (header.sequence == 0) return {};
  if (header.length > cell.size() - sizeof header) return {std::nullopt, 1};
  const auto content = cell.subspan(sizeof header, header.length);
  if (CrcOf(header, content) != header.crc) return {std::nullopt, 1};
  return {content, 0};
}

CellView ReadCell(std::span<const std::byte> cell) {
  const auto first = cell.first(cell.size() / 2);
  const auto second = cell.subspan(cell.size() / 2);
  const CellView a = ReadOnce(first);
  const CellView b = ReadOnce(second);
  const bool second_is_newer = HeaderOf(second).sequence > HeaderOf(first).sequence;
  const CellView& newer = second_is_newer ? b : a;
  const CellView& older = second_is_newer ? a : b;
  return {newer.content ? newer.content : older.content, a.damaged + b.damaged};
}

}  // namespace loopdet
