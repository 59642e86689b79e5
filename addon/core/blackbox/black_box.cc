#include "core/blackbox/black_box.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "core/base/crc32c.h"
#include "core/base/text.h"
#include "core/base/unique_fd.h"
#include "core/blackbox/cell.h"
#include "core/host/process_identity.h"
#include "core/store/file_lock.h"

namespace loopdet {

namespace {

constexpr const char* kRemedy = "; set LOOPDET_DIR to a directory with room, or leave the black box off";

std::uint64_t& WordAt(std::span<std::byte> bytes, std::size_t offset) {
  return *reinterpret_cast<std::uint64_t*>(bytes.data() + offset);
}

// Kept in this order by the compiler, which is all that a kill asks for, and by the processor, for a reader
// of the living.
void StoreLast(std::span<std::byte> bytes, std::size_t offset, std::uint64_t value) {
  std::atomic_ref(WordAt(bytes, offset)).store(value, std::memory_order_release);
}

// First: what is written after it must not be seen with the old value.
void StoreFirst(std::span<std::byte> bytes, std::size_t offset, std::uint64_t value) {
  std::atomic_ref(WordAt(bytes, offset)).store(value, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
}

template <typename T>
std::span<const std::byte> BytesOf(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

std::span<const std::byte> BytesOf(std::string_view text) {
  return std::as_bytes(std::span(text));
}

// Gives a file its whole size on the disk: storing to a page that the disk has no room for kills the process.
Status Allocate(int fd, std::uint64_t size, const std::string& path) {
  rlimit limit{};
  // Beyond the limit the kernel would answer with SIGXFSZ, which kills too.
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < size) {
    return Status::Error("cannot give " + path + " " + std::to_string(size) +
                         " bytes: the limit of file sizes (ulimit -f) is lower; raise it, or leave the "
                         "black box off");
  }
  int error = EINTR;
  while (error == EINTR) error = posix_fallocate(fd, 0, static_cast<off_t>(size));
  if (error == 0) return {};
  return Status::Error("cannot give " + path + " " + std::to_string(size) +
                       " bytes: " + std::strerror(error) + kRemedy);
}

// One private page: 1 here, and wiped to 0 in a child of fork(). On Linux before 4.14 it stays 1 there.
Mapping MakeGuard() {
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  Mapping guard(mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), page);
  if (!guard) return guard;
  madvise(guard.bytes().data(), page, MADV_WIPEONFORK);
  WordAt(guard.bytes(), 0) = 1;
  return guard;
}

}  // namespace

Status BlackBox::Create(const std::string& path, const BoxLayout& layout, std::string_view identity,
                        std::unique_ptr<BlackBox>& box) {
  if (Status sizes = layout.Check(); !sizes.ok()) return sizes;
  UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) {
    const int error = errno;
    return Status::Error(
        "cannot create " + path + ": " + std::strerror(error) +
        (error == EEXIST ? "; move it away, it may be another process's black box" : kRemedy));
  }
  // Held by the mapping until the process ends, in whatever way: who recovers boxes asks for it.
  (void)LockFile(fd.get());
  Status allocated = Allocate(fd.get(), layout.file_bytes, path);
  if (!allocated.ok()) {
    unlink(path.c_str());
    return allocated;
  }
  Mapping file(mmap(nullptr, layout.file_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0),
               layout.file_bytes);
  Mapping guard = MakeGuard();
  if (!file || !guard) {
    Status failed = Status::Error(Status::FromErrno("cannot map", path).message() + kRemedy);
    unlink(path.c_str());
    return failed;
  }
  // Each page is written to when it is first needed: reading ahead would only fill memory with zeroes.
  madvise(file.bytes().data(), file.bytes().size(), MADV_RANDOM);
  box = std::make_unique<BlackBox>(path, layout, std::move(file), std::move(guard));
  box->WriteConstantPart(identity);
  return {};
}

BlackBox::BlackBox(std::string path, const BoxLayout& layout, Mapping file, Mapping guard)
    : path_(std::move(path)),
      layout_(layout),
      file_(std::move(file)),
      guard_(std::move(guard)),
      chunks_(layout.ChunkCount()),
      threads_(layout.threads) {}

void BlackBox::WriteConstantPart(std::string_view identity) {
  WriteOnce(bytes().subspan(BoxLayout::kIdentity, BoxLayout::kGauges - BoxLayout::kIdentity),
            BytesOf(CutText(identity, BoxLayout::kMaxIdentity)));
  SetState(BoxState::kRunning, 0);
  FileHeader header;
  header.magic = kBoxMagic;
  header.version = kBoxVersion;
  header.threads = layout_.threads;
  header.file_bytes = layout_.file_bytes;
  header.thread_bytes = layout_.thread_bytes;
  header.chunk_bytes = layout_.chunk_bytes;
  header.pid = static_cast<std::uint64_t>(getpid());
  header.start_ticks = StartTicksOf(header.pid).value_or(0);
  header.boot_id = BootId();
  header.mono_anchor = MonotonicNow();
  header.wall_anchor = WallNow();
  header.crc = Crc32c(BytesOf(header).first(offsetof(FileHeader, crc)));
  constexpr std::size_t kAfterMagic = sizeof header.magic;
  std::memcpy(bytes().data() + kAfterMagic, BytesOf(header).subspan(kAfterMagic).data(),
              sizeof header - kAfterMagic);
  StoreLast(bytes(), 0, header.magic);
}

bool BlackBox::IsOurs() const {
  return WordAt(guard_.bytes(), 0) != 0;
}

Status BlackBox::Remove() {
  if (IsOurs() && unlink(path_.c_str()) != 0) return Status::FromErrno("cannot remove", path_);
  return {};
}

void BlackBox::SetState(BoxState state, std::uint32_t detail) {
  if (!IsOurs()) return;
  // --abort-on-uncaught-exception: the crash file says more than the signal that follows.
  const auto now = __atomic_load_n(reinterpret_cast<const std::uint64_t*>(bytes().data() + BoxLayout::kState),
                                   __ATOMIC_RELAXED);
  if (state == BoxState::kSignalled &&
      static_cast<std::uint32_t>(now) == static_cast<std::uint32_t>(BoxState::kCrashed))
    return;
  StoreLast(bytes(), BoxLayout::kState, std::uint64_t{detail} << 32U | static_cast<std::uint64_t>(state));
}

void BlackBox::SetGauges(Gauges gauges) {
  if (!IsOurs()) return;
  gauges.time = MonotonicNow();
  gauges.wall = WallNow();
  WriteCell(bytes().subspan(BoxLayout::kGauges, kCellBytes<Gauges>), BytesOf(gauges));
}

std::optional<ThreadArea> BlackBox::ClaimThread(std::uint32_t thread_id) {
  if (!IsOurs()) return std::nullopt;
  const std::lock_guard lock(mutex_);
  const auto free =
      std::find_if(threads_.begin(), threads_.end(), [](const ThreadState& thread) { return !thread.owned; });
  if (free == threads_.end()) return std::nullopt;
  ThreadArea area(*this, static_cast<std::size_t>(free - threads_.begin()));
  // Pages of a new file are zero, and cost nothing until they are written.
  if (free->used) std::memset(area.bytes().data(), 0, area.bytes().size());
  free->owned = free->used = true;
  std::construct_at(&area.heartbeat());
  StoreLast(area.bytes(), 0, std::uint64_t{thread_id} + 1);
  return area;
}

void BlackBox::ReleaseThread(std::size_t index) {
  const std::lock_guard lock(mutex_);
  StoreLast(bytes(), layout_.ThreadOffset(index), 0);
  threads_[index].owned = false;
}

std::optional<RecordWriter::Chunk> BlackBox::ExchangeChunk(const std::optional<RecordWriter::Chunk>& full,
                                                           std::size_t size) {
  const std::lock_guard lock(mutex_);
  if (full) ReleaseLocked(*full);
  // Threads that come and go must not each use up a chunk for a record or two: the chunk released last is
  // gone on with if much of it is left. Any other is claimed anew, and that released first is the oldest.
  std::optional<std::size_t> last;
  std::optional<std::size_t> first;
  for (std::size_t index = 0; index < chunks_.size(); ++index) {
    const ChunkState& chunk = chunks_[index];
    if (chunk.owned) continue;
    if (!first || chunk.released < chunks_[*first].released) first = index;
    if (!last || chunk.released > chunks_[*last].released) last = index;
  }
  if (!first) return std::nullopt;
  const ChunkState& newest = chunks_[*last];
  const std::size_t room = layout_.chunk_bytes - newest.used;
  const bool go_on = newest.claim != 0 && room >= size && room >= layout_.chunk_bytes / 4;
  const std::size_t index = go_on ? *last : *first;
  if (!go_on) Claim(index);
  chunks_[index].owned = true;
  return Open(index);
}

void BlackBox::Claim(std::size_t index) {
  ChunkHeader header{++last_claim_, static_cast<std::uint32_t>(index), 0, 0};
  header.crc = Crc32c(BytesOf(header).first(offsetof(ChunkHeader, crc)));
  chunks_[index].claim = header.claim;
  chunks_[index].used = sizeof header;
  const auto chunk = bytes().subspan(layout_.ChunkOffset(index), layout_.chunk_bytes);
  StoreFirst(chunk, offsetof(ChunkHeader, claim), 0);
  StoreFirst(chunk, sizeof header, 0);
  constexpr std::size_t kAfterClaim = sizeof header.claim;
  std::memcpy(chunk.data() + kAfterClaim, BytesOf(header).subspan(kAfterClaim).data(),
              sizeof header - kAfterClaim);
  StoreLast(chunk, offsetof(ChunkHeader, claim), header.claim);
}

RecordWriter::Chunk BlackBox::Open(std::size_t index) const {
  const ChunkState& chunk = chunks_[index];
  return {index, bytes().subspan(layout_.ChunkOffset(index), layout_.chunk_bytes), chunk.used,
          Crc32c(BytesOf(chunk.claim))};
}

void BlackBox::ReleaseChunk(const RecordWriter::Chunk& chunk) {
  const std::lock_guard lock(mutex_);
  ReleaseLocked(chunk);
}

void BlackBox::ReleaseLocked(const RecordWriter::Chunk& chunk) {
  ChunkState& state = chunks_[chunk.index];
  state.owned = false;
  state.used = chunk.used;
  state.released = ++releases_;
}

RecordWriter::~RecordWriter() {
  if (chunk_ && box_.IsOurs()) box_.ReleaseChunk(*chunk_);
}

bool RecordWriter::MakeRoom(std::size_t size) {
  if (!chunk_ || chunk_->bytes.size() - chunk_->used < size) chunk_ = box_.ExchangeChunk(chunk_, size);
  return chunk_.has_value();
}

bool RecordWriter::Reserve(std::size_t size) {
  return box_.IsOurs() && MakeRoom(sizeof(RecordHeader) + std::min(size, box_.layout_.MaxPayload()));
}

bool RecordWriter::Append(RecordType type, std::uint32_t thread_id, std::string_view payload, MonoNanos at) {
  if (!box_.IsOurs()) return false;
  const std::string_view kept = CutText(payload, box_.layout_.MaxPayload());
  RecordHeader header;
  header.size = static_cast<std::uint32_t>(sizeof header + kept.size());
  if (!MakeRoom(header.size)) {
    box_.counts_.dropped.fetch_add(1, std::memory_order_relaxed);
    return false;
  }
  header.time = at;
  header.sequence = box_.counts_.sequence.fetch_add(1, std::memory_order_relaxed) + 1;
  header.thread_id = thread_id;
  header.type = static_cast<std::uint16_t>(type);
  header.flags = kept.size() < payload.size() ? RecordHeader::kCut : 0;
  const auto fields = BytesOf(header).subspan(sizeof header.crc);
  header.crc = Crc32c(BytesOf(kept), Crc32c(fields, chunk_->seed));

  const auto record = chunk_->bytes.subspan(chunk_->used);
  if (!kept.empty()) std::memcpy(record.data() + sizeof header, kept.data(), kept.size());
  constexpr std::size_t kFirstWord = offsetof(RecordHeader, time);
  std::memcpy(record.data() + kFirstWord, BytesOf(header).subspan(kFirstWord).data(),
              sizeof header - kFirstWord);
  const std::size_t step = RecordStep(header.size);
  // The records end after this one, before it is there.
  if (record.size() - step >= sizeof header) StoreFirst(record, step, 0);
  StoreLast(record, 0, std::uint64_t{header.size} << 32U | header.crc);
  chunk_->used += step;
  return true;
}

ThreadArea::ThreadArea(ThreadArea&& other) noexcept
    : box_(std::exchange(other.box_, nullptr)), index_(other.index_) {}

ThreadArea::~ThreadArea() {
  if (box_ != nullptr && box_->IsOurs()) box_->ReleaseThread(index_);
}

std::span<std::byte> ThreadArea::bytes() const {
  return box_->bytes().subspan(box_->layout_.ThreadOffset(index_), box_->layout_.thread_bytes);
}

Heartbeat& ThreadArea::heartbeat() const {
  return *reinterpret_cast<Heartbeat*>(bytes().data() + BoxLayout::kHeartbeat);
}

std::span<IoSlot> ThreadArea::slots() const {
  return {reinterpret_cast<IoSlot*>(bytes().data() + BoxLayout::kSlots), box_->layout_.SlotsPerThread()};
}

Status ThreadArea::MapSlotsAt(void* address) const {
  const std::span<IoSlot> own = slots();
  // An old size of 0 maps shared pages a second time.
  void* mapped = mremap(own.data(), 0, own.size_bytes(), MREMAP_MAYMOVE | MREMAP_FIXED, address);
  if (mapped == MAP_FAILED) return Status::FromErrno("cannot map the operations of", box_->path_);
  return {};
}

void ThreadArea::SetHeap(HeapGauges gauges) {
  if (!box_->IsOurs()) return;
  gauges.time = MonotonicNow();
  WriteCell(bytes().subspan(BoxLayout::kHeap, kCellBytes<HeapGauges>), BytesOf(gauges));
}

void ThreadArea::SetStall(std::string_view text) {
  if (!box_->IsOurs()) return;
  WriteCell(bytes().subspan(BoxLayout::kStall, BoxLayout::kSlots - BoxLayout::kStall),
            BytesOf(CutText(text, BoxLayout::kMaxStall)));
}

}  // namespace loopdet
