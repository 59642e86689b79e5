#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/base/status.h"
#include "core/io/io_table.h"
#include "core/lag/heartbeat.h"

namespace loopdet {

// The bytes of a black box, for who writes it and who reads it. Little-endian.
//
//        0  FileHeader      constant from the start, with a checksum
//      512  state           u64: BoxState, and its detail in the upper half
//     1024  identity        CellHeader, text                                       up to 8192
//     8192  gauges          cell of Gauges                                         one page
//    12288  thread areas    `threads` times `thread_bytes`:
//             +0      u64   thread id + 1; 0: free
//             +64           Heartbeat
//             +256          cell of HeapGauges
//             +4096         cell of text: the stall under way
//             +12288        IoSlot[] to the end of the area. Pages of their own, to be mapped elsewhere too
//     then  ring            chunks of `chunk_bytes` to the end of the file:
//             +0            ChunkHeader
//             +24           records, each at a multiple of 8: RecordHeader, payload. A size of 0 ends them
//
// A cell is two copies of {CellHeader, content}, written in turn: a writer killed half-way leaves the other
// one whole. Its last word is stored last, and so is a record's first and a chunk's claim number; 0 in that
// place means that nothing is there. So a kill between any two stores leaves a thing absent, never torn.
//
// A thread fills one chunk at a time, alone. A chunk that is used again gets a higher claim number, which is
// part of each record's checksum: what is left of its earlier use is never taken for new.
static_assert(std::endian::native == std::endian::little, "a black box is written with plain stores");

constexpr std::uint64_t kBoxMagic = 0x584F'4244'504F'4F4C;  // "LOOPDBOX"
constexpr std::uint32_t kBoxVersion = 3;

enum class BoxState : std::uint32_t {
  kRunning = 1,    // and if no such process lives: ended without a word, by SIGKILL or with its machine
  kExited = 2,     // detail: the exit code
  kSignalled = 3,  // detail: the signal's number
  kCrashed = 4,    // a crash file was written
};

enum class RecordType : std::uint16_t {
  kLag = 1,
  kStall,
  kSlowIo,
  kGc,
  kMemory,
  kWarning,
  kNote,
  kCapture,  // of a crash
  kFile,
  kExit,
  kOther,
  kFatal,        // a signal of the hardware or the system, in the handler
  kOutOfMemory,  // of V8's heap
};

struct FileHeader {
  std::uint64_t magic = 0;  // stored last
  std::uint32_t version = 0;
  std::uint32_t threads = 0;
  std::uint64_t file_bytes = 0;
  std::uint32_t thread_bytes = 0;
  std::uint32_t chunk_bytes = 0;
  // A process id is given again: with the start time (field 22 of /proc/<pid>/stat) and the boot it names one
  // process.
  std::uint64_t pid = 0;
  std::uint64_t start_ticks = 0;
  std::array<std::uint8_t, 16> boot_id{};
  // One moment on both clocks.
  MonoNanos mono_anchor = 0;
  std::int64_t wall_anchor = 0;
  std::uint32_t reserved = 0;
  std::uint32_t crc = 0;  // of all before it
};
static_assert(sizeof(FileHeader) == 88 && std::has_unique_object_representations_v<FileHeader>);

struct CellHeader {
  std::uint32_t crc = 0;  // of the rest of the header and the content
  std::uint32_t length = 0;
  std::uint64_t sequence = 0;  // stored last: the higher one is newer
};
static_assert(sizeof(CellHeader) == 16 && std::has_unique_object_representations_v<CellHeader>);

// The two copies of a value of a fixed size.
template <typename T>
constexpr std::size_t kCellBytes = 2 * (sizeof(CellHeader) + sizeof(T));

// Of the process. Bytes unless told otherwise; 0: not known.
struct Gauges {
  MonoNanos time = 0;  // both clocks when they were set
  std::int64_t wall = 0;
  std::uint64_t rss = 0;
  std::uint64_t memory_current = 0;  // of the cgroup
  std::uint64_t memory_limit = 0;
  std::uint64_t throttled_nanos = 0;
  std::array<std::uint64_t, 8> spare{};
};
static_assert(sizeof(Gauges) == 112 && std::has_unique_object_representations_v<Gauges>);

struct HeapGauges {
  MonoNanos time = 0;
  std::uint64_t heap_used = 0;
  std::uint64_t heap_limit = 0;
  std::uint64_t external = 0;
  std::uint64_t gc_count = 0;
  std::uint64_t gc_nanos = 0;
};
static_assert(sizeof(HeapGauges) == 48 && std::has_unique_object_representations_v<HeapGauges>);

struct ChunkHeader {
  std::uint64_t claim = 0;  // stored last; 0: never used, or just being claimed
  std::uint32_t index = 0;
  std::uint32_t crc = 0;  // of all before it
  std::uint64_t reserved = 0;
};
static_assert(sizeof(ChunkHeader) == 24 && std::has_unique_object_representations_v<ChunkHeader>);

struct RecordHeader {
  static constexpr std::uint16_t kCut = 1;  // flag: the payload was longer

  // The first word, stored last. The checksum starts from the claim's and covers all after it.
  std::uint32_t crc = 0;
  std::uint32_t size = 0;  // of header and payload
  MonoNanos time = 0;
  std::uint64_t sequence = 0;  // one count for the whole process
  std::uint32_t thread_id = 0;
  std::uint16_t type = 0;
  std::uint16_t flags = 0;
};
static_assert(sizeof(RecordHeader) == 32 && std::has_unique_object_representations_v<RecordHeader>);

// What the loop's hook and IoTable write in place, as a reader sees it that trusts no byte: a bool may hold
// anything.
struct HeartbeatImage {
  std::uint32_t sequence = 0;
  std::uint32_t padding = 0;
  std::uint64_t turn = 0;
  std::uint8_t polling = 0;
  std::array<std::uint8_t, 7> padding_too{};
  MonoNanos since = 0;
  MonoNanos idle_before = 0;
};
static_assert(sizeof(HeartbeatImage) == sizeof(Heartbeat) && std::is_standard_layout_v<Heartbeat> &&
              std::is_trivially_destructible_v<Heartbeat>);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<bool>::is_always_lock_free);

static_assert(std::is_standard_layout_v<IoSlot> && std::is_trivially_destructible_v<IoSlot>);
static_assert(offsetof(IoSlot, sequence) == 0);
static_assert(sizeof(bool) == 1);

// How a box is divided. The sizes are the header's; everything else follows from them.
struct BoxLayout {
  static constexpr std::size_t kPage = 4096;
  static constexpr std::size_t kState = 512;
  static constexpr std::size_t kIdentity = 1024;
  static constexpr std::size_t kGauges = 2 * kPage;
  static constexpr std::size_t kThreads = 3 * kPage;
  // Within a thread area.
  static constexpr std::size_t kHeartbeat = 64;
  static constexpr std::size_t kHeap = 256;
  static constexpr std::size_t kStall = kPage;
  static constexpr std::size_t kSlots = 3 * kPage;

  static constexpr std::size_t kMaxIdentity = kGauges - kIdentity - sizeof(CellHeader);
  static constexpr std::size_t kMaxStall = kPage - sizeof(CellHeader);
  static constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 30;

  std::uint64_t file_bytes = std::uint64_t{4} << 20;
  std::uint32_t threads = 16;
  std::uint32_t thread_bytes = 64 << 10;
  std::uint32_t chunk_bytes = 32 << 10;

  // Whether these sizes make a box. The other functions may be called only if they do.
  [[nodiscard]] Status Check() const {
    if (threads > 64) return Status::Error("a black box has at most 64 thread areas");
    if (thread_bytes % kPage != 0 || thread_bytes <= kSlots || thread_bytes > (std::uint32_t{1} << 20)) {
      return Status::Error("a thread area of a black box is 16 KB to 1 MB, in whole pages");
    }
    if (chunk_bytes % 8 != 0 || chunk_bytes < 256 || chunk_bytes > (std::uint32_t{1} << 24)) {
      return Status::Error("a chunk of a black box is 256 bytes to 16 MB, a multiple of 8");
    }
    if (file_bytes > kMaxFileBytes || file_bytes < RingOffset() + std::uint64_t{2} * chunk_bytes) {
      return Status::Error("a black box of " + std::to_string(file_bytes) +
                           " bytes: it is at most 1 GB and has room for at least two chunks of its ring");
    }
    return {};
  }

  [[nodiscard]] constexpr std::size_t ThreadOffset(std::size_t index) const {
    return kThreads + index * thread_bytes;
  }
  [[nodiscard]] std::size_t SlotsPerThread() const { return (thread_bytes - kSlots) / sizeof(IoSlot); }
  [[nodiscard]] constexpr std::size_t RingOffset() const { return ThreadOffset(threads); }
  [[nodiscard]] constexpr std::size_t ChunkCount() const { return (file_bytes - RingOffset()) / chunk_bytes; }
  [[nodiscard]] std::size_t ChunkOffset(std::size_t index) const {
    return RingOffset() + index * chunk_bytes;
  }
  // Of one record: what is longer is cut.
  [[nodiscard]] std::size_t MaxPayload() const {
    return chunk_bytes - sizeof(ChunkHeader) - sizeof(RecordHeader);
  }
};

// Records begin at multiples of 8.
constexpr std::size_t RecordStep(std::size_t size) {
  return (size + 7) & ~std::size_t{7};
}

}  // namespace loopdet
