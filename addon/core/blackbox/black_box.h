#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/status.h"
#include "core/blackbox/layout.h"
#include "core/blackbox/mapping.h"
#include "core/io/io_table.h"
#include "core/lag/heartbeat.h"

namespace loopdet {

class BlackBox;

// One thread's place in the live area: what is true of it now, written over in place. Frees it in the end. It
// must not outlive its box, and nothing may write to its heartbeat or slots (nor to where they are mapped)
// once it is gone.
class ThreadArea {
 public:
  ThreadArea(ThreadArea&& other) noexcept;
  ThreadArea& operator=(ThreadArea&&) = delete;
  ThreadArea(const ThreadArea&) = delete;
  ThreadArea& operator=(const ThreadArea&) = delete;
  ~ThreadArea();

  // In the box itself: the loop's own hook writes what a reader finds.
  [[nodiscard]] Heartbeat& heartbeat() const;
  // Zeroed: a table of free slots.
  [[nodiscard]] std::span<IoSlot> slots() const;
  // Lets the memory at `address` (slots().size_bytes() of the caller's own, page-aligned, and replaced) be
  // the slots too: the first pages of a longer table. munmap of the caller's memory ends it.
  Status MapSlotsAt(void* address) const;

  // One thread at a time each. The time is set here.
  void SetHeap(HeapGauges gauges);
  // The stall under way, as JSON. Empty: none. What is longer than BoxLayout::kMaxStall is cut.
  void SetStall(std::string_view text);

 private:
  friend class BlackBox;
  ThreadArea(BlackBox& box, std::size_t index) : box_(&box), index_(index) {}
  [[nodiscard]] std::span<std::byte> bytes() const;

  BlackBox* box_;  // null: moved from
  std::size_t index_;
};

// Appends records for one thread at a time, which owns a chunk of the ring from its first record on: no lock
// and no system call until that is full. It must not outlive its box.
class RecordWriter {
 public:
  explicit RecordWriter(BlackBox& box) : box_(box) {}
  RecordWriter(const RecordWriter&) = delete;
  RecordWriter& operator=(const RecordWriter&) = delete;
  ~RecordWriter();

  // `thread_id`: of the thread that it is about. A payload longer than BoxLayout::MaxPayload is cut, and
  // marked so. False if the record was dropped: every chunk is owned by a writer, or this is a child after
  // fork.
  bool Append(RecordType type, std::uint32_t thread_id, std::string_view payload,
              MonoNanos at = MonotonicNow());
  // The next record is appended without a lock, if its payload has at most `size` bytes: it has its place
  // already. False: no chunk is free.
  bool Reserve(std::size_t size);

 private:
  friend class BlackBox;
  struct Chunk {
    std::size_t index = 0;
    std::span<std::byte> bytes;
    std::size_t used = 0;
    std::uint32_t seed = 0;  // checksum of the claim
  };
  // Sees to a chunk with room for so many bytes.
  bool MakeRoom(std::size_t size);

  BlackBox& box_;
  std::optional<Chunk> chunk_;
};

// A file that the threads of this process write to as memory: the kernel keeps what was stored, whatever ends
// the process. (Not so the machine: nothing is ever flushed to the disk by hand.)
//
// A child of fork() that goes on without exec shares the memory. Its appends, gauges, state and removal do
// nothing, at the price of one load: a private page that the kernel wipes in the child says whose box it is.
// Heartbeats and operations are written by classes that do not ask; such a child must not turn the loop.
// (Node itself never forks without exec.)
class BlackBox {
 public:
  // `path` must not exist. `identity`: what the process is, as JSON; cut after BoxLayout::kMaxIdentity bytes.
  static Status Create(const std::string& path, const BoxLayout& layout, std::string_view identity,
                       std::unique_ptr<BlackBox>& box);

  // For Create.
  BlackBox(std::string path, const BoxLayout& layout, Mapping file, Mapping guard);
  BlackBox(const BlackBox&) = delete;
  BlackBox& operator=(const BlackBox&) = delete;
  ~BlackBox() = default;  // the file stays

  // At a normal end. Memory stays valid.
  Status Remove();

  void SetState(BoxState state, std::uint32_t detail);
  // One thread at a time. The times are set here.
  void SetGauges(Gauges gauges);
  // Nothing if all areas are taken: a thread more than the box has room for leaves records only.
  [[nodiscard]] std::optional<ThreadArea> ClaimThread(std::uint32_t thread_id);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const BoxLayout& layout() const { return layout_; }
  // Records that found no chunk.
  [[nodiscard]] std::uint64_t dropped() const { return counts_.dropped.load(std::memory_order_relaxed); }

 private:
  friend class ThreadArea;
  friend class RecordWriter;

  // On a line of its own: every append adds to it, and must not slow reads of the rest.
  struct alignas(64) Counts {
    std::atomic<std::uint64_t> sequence{0};
    std::atomic<std::uint64_t> dropped{0};
  };
  struct ChunkState {
    std::uint64_t released = 0;  // when, counted in releases; 0: never claimed
    std::uint64_t claim = 0;
    std::size_t used = 0;
    bool owned = false;
  };
  struct ThreadState {
    bool owned = false;
    bool used = false;  // it is no longer zero
  };

  void WriteConstantPart(std::string_view identity);
  [[nodiscard]] bool IsOurs() const;
  [[nodiscard]] std::span<std::byte> bytes() const { return file_.bytes(); }
  void ReleaseThread(std::size_t index);
  // Takes `full` back and gives a chunk with room for a record of `size`, or nothing.
  std::optional<RecordWriter::Chunk> ExchangeChunk(const std::optional<RecordWriter::Chunk>& full,
                                                   std::size_t size);
  void ReleaseChunk(const RecordWriter::Chunk& chunk);
  void ReleaseLocked(const RecordWriter::Chunk& chunk);
  [[nodiscard]] RecordWriter::Chunk Open(std::size_t index) const;
  void Claim(std::size_t index);

  Counts counts_;
  const std::string path_;
  const BoxLayout layout_;
  const Mapping file_;
  const Mapping guard_;
  std::mutex mutex_;  // guards what follows
  std::vector<ChunkState> chunks_;
  std::vector<ThreadState> threads_;
  std::uint64_t last_claim_ = 0;
  std::uint64_t releases_ = 0;
};

}  // namespace loopdet
