#include "core/blackbox/box_reader.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "core/base/crc32c.h"
#include "core/base/unique_fd.h"
#include "core/blackbox/cell.h"
#include "core/io/secret_target.h"

namespace loopdet {

namespace {

using nlohmann::json;
using Bytes = std::span<const std::byte>;

// Deeper JSON stays text: whoever prints it again goes down by recursion.
constexpr int kMaxDepth = 64;

// The part of `bytes` that is there.
Bytes Part(Bytes bytes, std::size_t offset, std::size_t length) {
  if (offset >= bytes.size()) return {};
  return bytes.subspan(offset, std::min(length, bytes.size() - offset));
}

// The same, or nothing if it is not all there: the second half of a cell begins where the first one ends.
Bytes Whole(Bytes bytes, std::size_t offset, std::size_t length) {
  const Bytes part = Part(bytes, offset, length);
  return part.size() == length ? part : Bytes();
}

// Zero where there are no bytes.
template <typename T>
T Load(Bytes bytes, std::size_t offset = 0) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value{};
  const Bytes part = Whole(bytes, offset, sizeof value);
  if (!part.empty()) std::memcpy(&value, part.data(), sizeof value);
  return value;
}

template <typename T>
Bytes BytesOf(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

std::string TextOf(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Status ReadHeader(Bytes bytes, BoxContents& box) {
  if (bytes.size() < sizeof(FileHeader)) return Status::Error("too short for a black box");
  const auto header = Load<FileHeader>(bytes);
  if (header.magic == 0) return Status::Error("a black box whose writer ended before it was made");
  if (header.magic != kBoxMagic) return Status::Error("not a black box");
  if (header.version != kBoxVersion) {
    return Status::Error("a black box of layout version " + std::to_string(header.version) +
                         "; this reader knows " + std::to_string(kBoxVersion));
  }
  if (Crc32c(BytesOf(header).first(offsetof(FileHeader, crc))) != header.crc) {
    return Status::Error("the header of the black box is damaged");
  }
  box.header = header;
  box.layout = {header.file_bytes, header.threads, header.thread_bytes, header.chunk_bytes};
  return box.layout.Check();
}

// A value of a fixed size, or nothing.
template <typename T>
std::optional<T> ReadGauges(Bytes area, std::size_t offset, BoxContents::Damage& damage) {
  const CellView cell = ReadCell(Whole(area, offset, kCellBytes<T>));
  damage.bad_areas += static_cast<std::uint64_t>(cell.damaged);
  if (!cell.content) return std::nullopt;
  if (cell.content->size() != sizeof(T)) {
    ++damage.bad_areas;
    return std::nullopt;
  }
  return Load<T>(*cell.content);
}

std::string TextOf(const CellView& cell, BoxContents::Damage& damage) {
  damage.bad_areas += static_cast<std::uint64_t>(cell.damaged);
  return cell.content ? TextOf(*cell.content) : std::string();
}

// As Heartbeat::Read.
std::optional<Heartbeat::View> ReadHeartbeat(Bytes area) {
  const auto image = Load<HeartbeatImage>(area, BoxLayout::kHeartbeat);
  if (image.sequence % 2 != 0) return std::nullopt;
  return Heartbeat::View{image.turn, image.polling != 0, image.since, image.idle_before};
}

// As IoTable::Read, of one slot. Field by field: the struct holds a bool and an atomic.
std::optional<BoxContents::Operation> ReadSlot(Bytes slot) {
  const MonoNanos began = BeganOf(Load<double>(slot, offsetof(IoSlot, began)));
  if (Load<std::uint32_t>(slot, offsetof(IoSlot, sequence)) % 2 != 0 || began == 0) return std::nullopt;
  const std::size_t method =
      std::min<std::size_t>(Load<std::uint8_t>(slot, offsetof(IoSlot, method_length)), IoSlot::kText);
  const std::size_t target = std::min<std::size_t>(Load<std::uint8_t>(slot, offsetof(IoSlot, target_length)),
                                                   IoSlot::kText - method);
  const Bytes text = slot.subspan(offsetof(IoSlot, text), IoSlot::kText);
  return BoxContents::Operation{Load<std::uint8_t>(slot, offsetof(IoSlot, kind)),
                                Load<std::uint8_t>(slot, offsetof(IoSlot, sync)) != 0,
                                TextOf(text.first(method)), TextOf(text.subspan(method, target)), began};
}

void ReadThread(Bytes area, BoxContents& box) {
  const auto used = Load<std::uint64_t>(area);
  if (used == 0) return;
  if (used - 1 > UINT32_MAX) {
    ++box.damage.bad_areas;
    return;
  }
  BoxContents::Thread& thread = box.threads.emplace_back();
  thread.thread_id = static_cast<std::uint32_t>(used - 1);
  thread.heartbeat = ReadHeartbeat(area);
  thread.heap = ReadGauges<HeapGauges>(area, BoxLayout::kHeap, box.damage);
  thread.stall =
      TextOf(ReadCell(Whole(area, BoxLayout::kStall, BoxLayout::kSlots - BoxLayout::kStall)), box.damage);
  for (std::size_t at = BoxLayout::kSlots; at + sizeof(IoSlot) <= area.size(); at += sizeof(IoSlot)) {
    if (auto operation = ReadSlot(area.subspan(at, sizeof(IoSlot)))) {
      thread.in_flight.push_back(std::move(*operation));
    }
  }
  std::sort(thread.in_flight.begin(), thread.in_flight.end(),
            [](const auto& a, const auto& b) { return a.began < b.began; });
}

class ChunkReader {
 public:
  ChunkReader(Bytes chunk, BoxContents& box) : chunk_(chunk), box_(box) {}

  void Read(std::size_t index) {
    const auto header = Load<ChunkHeader>(chunk_);
    if (header.claim == 0) return;
    if (header.index != index || Crc32c(BytesOf(header).first(offsetof(ChunkHeader, crc))) != header.crc) {
      ++box_.damage.bad_chunks;
      return;
    }
    seed_ = Crc32c(BytesOf(header.claim));
    ReadRecords();
  }

 private:
  // Beyond what is no record, the next one is looked for at each place where one may begin.
  void ReadRecords() {
    enum class Gap { kNone, kEnd, kCounted } gap = Gap::kNone;
    for (std::size_t at = sizeof(ChunkHeader); at + sizeof(RecordHeader) <= chunk_.size();) {
      if (const std::size_t size = ReadRecord(at); size != 0) {
        // A record after the end: what lay between is lost.
        if (gap == Gap::kEnd) ++box_.damage.bad_records;
        gap = Gap::kNone;
        at += RecordStep(size);
        continue;
      }
      if (gap == Gap::kNone) {
        gap = Load<std::uint64_t>(chunk_, at) == 0 ? Gap::kEnd : Gap::kCounted;
        if (gap == Gap::kCounted) ++box_.damage.bad_records;
      }
      at += 8;
    }
  }

  // Its size; 0: there is none here.
  std::size_t ReadRecord(std::size_t at) {
    const auto header = Load<RecordHeader>(chunk_, at);
    if (header.size < sizeof header || header.size > chunk_.size() - at || header.type == 0) return 0;
    // Bytes made to look like many long records would cost the square of their number.
    if (header.size > effort_) return 0;
    const Bytes record = chunk_.subspan(at, header.size);
    if (Crc32c(record.subspan(sizeof header.crc), seed_) != header.crc) {
      effort_ -= header.size;
      return 0;
    }
    box_.records.push_back({static_cast<RecordType>(header.type), header.thread_id, header.time,
                            header.sequence, (header.flags & RecordHeader::kCut) != 0,
                            TextOf(record.subspan(sizeof header))});
    return header.size;
  }

  Bytes chunk_;
  BoxContents& box_;
  std::uint32_t seed_ = 0;
  std::size_t effort_ = 4 * chunk_.size();
};

const char* NameOf(RecordType type) {
  switch (type) {
    case RecordType::kLag:
      return "lag";
    case RecordType::kStall:
      return "stall";
    case RecordType::kSlowIo:
      return "slowIo";
    case RecordType::kGc:
      return "gc";
    case RecordType::kMemory:
      return "memory";
    case RecordType::kWarning:
      return "warning";
    case RecordType::kNote:
      return "note";
    case RecordType::kCapture:
      return "capture";
    case RecordType::kFile:
      return "file";
    case RecordType::kExit:
      return "exit";
    case RecordType::kFatal:
      return "fatal";
    case RecordType::kOutOfMemory:
      return "outOfMemory";
    case RecordType::kOther:
      break;
  }
  return "other";
}

const char* NameOf(BoxState state) {
  switch (state) {
    case BoxState::kRunning:
      return "running";
    case BoxState::kExited:
      return "exited";
    case BoxState::kSignalled:
      return "signalled";
    case BoxState::kCrashed:
      return "crashed";
  }
  return "unknown";
}

std::string BootIdText(const std::array<std::uint8_t, 16>& id) {
  std::string text;
  for (std::size_t index = 0; index < id.size(); ++index) {
    if (index == 4 || index == 6 || index == 8 || index == 10) text += '-';
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", id[index]);
    text += digits;
  }
  return text;
}

// With what is not UTF-8 replaced.
json ValidText(const std::string& text) {
  return json::parse(json(text).dump(-1, ' ', false, json::error_handler_t::replace), nullptr, false);
}

bool IsDeep(std::string_view text) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string && c == '\\') {
      ++at;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{')) {
      if (++depth > kMaxDepth) return true;
    } else if (!in_string && (c == ']' || c == '}')) {
      --depth;
    }
  }
  return false;
}

json ParsedOrText(const std::string& text) {
  if (!IsDeep(text)) {
    json parsed = json::parse(text, nullptr, false);
    if (!parsed.is_discarded()) return parsed;
  }
  return ValidText(text);
}

json HeaderJson(const BoxContents& box) {
  const FileHeader& header = box.header;
  return {{"version", header.version},
          {"pid", header.pid},
          {"startTicks", header.start_ticks},
          {"bootId", BootIdText(header.boot_id)},
          {"startTime", IsoWall(header.wall_anchor)},
          {"startNs", header.mono_anchor},
          {"fileBytes", header.file_bytes},
          {"identity", box.identity.empty() ? json() : ParsedOrText(box.identity)}};
}

json GaugesJson(const BoxContents& box) {
  if (!box.gauges) return nullptr;
  const Gauges& gauges = *box.gauges;
  return {{"timeNs", gauges.time},
          {"wallTime", IsoWall(gauges.wall)},
          {"rss", gauges.rss},
          {"memoryCurrent", gauges.memory_current},
          {"memoryLimit", gauges.memory_limit},
          {"throttledNs", gauges.throttled_nanos},
          {"spare", gauges.spare}};
}

json ThreadJson(const BoxContents::Thread& thread) {
  json entry = {{"threadId", thread.thread_id},
                {"heartbeat", nullptr},
                {"heap", nullptr},
                {"stall", thread.stall.empty() ? json() : ParsedOrText(thread.stall)},
                {"inFlight", json::array()}};
  if (thread.heartbeat) {
    entry["heartbeat"] = {{"turn", thread.heartbeat->turn},
                          {"polling", thread.heartbeat->polling},
                          {"sinceNs", thread.heartbeat->since},
                          {"idleBeforeNs", thread.heartbeat->idle_before}};
  }
  if (thread.heap) {
    entry["heap"] = {{"timeNs", thread.heap->time},          {"heapUsed", thread.heap->heap_used},
                     {"heapLimit", thread.heap->heap_limit}, {"external", thread.heap->external},
                     {"gcCount", thread.heap->gc_count},     {"gcNs", thread.heap->gc_nanos}};
  }
  for (const BoxContents::Operation& operation : thread.in_flight) {
    entry["inFlight"].push_back({{"kind", operation.kind},
                                 {"method", ValidText(operation.method)},
                                 {"target", ValidText(WithoutSecrets(operation.target))},
                                 {"began", operation.began},
                                 {"sync", operation.sync}});
  }
  return entry;
}

json RecordJson(const BoxContents& box, const BoxContents::Record& record) {
  json entry = {{"type", NameOf(record.type)},
                {"timeNs", record.time},
                {"wallTime", IsoWall(WallOf(box, record.time))},
                {"threadId", record.thread_id},
                {"sequence", record.sequence},
                {"payload", ParsedOrText(record.payload)}};
  if (record.cut) entry["cut"] = true;
  return entry;
}

}  // namespace

// Any numbers: they may overflow.
std::int64_t WallOf(const BoxContents& box, MonoNanos at) {
  // The newer pair of clocks: the wall clock may have been set, and the monotonic one stands still while the
  // machine sleeps.
  const MonoNanos mono = box.gauges ? box.gauges->time : box.header.mono_anchor;
  const std::int64_t wall = box.gauges ? box.gauges->wall : box.header.wall_anchor;
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(wall) - static_cast<std::uint64_t>(mono) +
                                   static_cast<std::uint64_t>(at));
}

Status ReadBox(Bytes bytes, BoxContents& box) {
  box = {};
  if (Status header = ReadHeader(bytes, box); !header.ok()) return header;
  const BoxLayout& layout = box.layout;
  bytes = Part(bytes, 0, layout.file_bytes);
  box.damage.missing_bytes = layout.file_bytes - bytes.size();

  const auto state = Load<std::uint64_t>(bytes, BoxLayout::kState);
  box.state = static_cast<BoxState>(state & UINT32_MAX);
  box.detail = static_cast<std::uint32_t>(state >> 32U);
  const Bytes identity = Whole(bytes, BoxLayout::kIdentity, BoxLayout::kGauges - BoxLayout::kIdentity);
  box.identity = TextOf(ReadOnce(identity), box.damage);
  // It is written before the header is.
  if (!identity.empty() && Load<CellHeader>(identity).sequence == 0) ++box.damage.bad_areas;
  box.gauges = ReadGauges<Gauges>(bytes, BoxLayout::kGauges, box.damage);
  for (std::size_t index = 0; index < layout.threads; ++index) {
    const Bytes area = Part(bytes, layout.ThreadOffset(index), layout.thread_bytes);
    if (area.size() < layout.thread_bytes) ++box.damage.cut_areas;
    ReadThread(area, box);
  }
  for (std::size_t index = 0; index < layout.ChunkCount(); ++index) {
    const Bytes chunk = Part(bytes, layout.ChunkOffset(index), layout.chunk_bytes);
    if (chunk.size() < layout.chunk_bytes) ++box.damage.cut_areas;
    ChunkReader(chunk, box).Read(index);
  }
  std::stable_sort(box.records.begin(), box.records.end(),
                   [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
  return {};
}

Status ReadBoxFile(const std::string& path, BoxContents& box, std::size_t limit) {
  // O_NONBLOCK: a pipe of that name must not keep us waiting.
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!fd) return Status::FromErrno("cannot open", path);
  struct stat info {};
  if (fstat(fd.get(), &info) != 0) return Status::FromErrno("cannot read", path);
  if (!S_ISREG(info.st_mode)) return Status::Error(path + " is not a regular file");
  if (static_cast<std::uint64_t>(info.st_size) > limit) {
    return Status::Error(path + " is too large for a black box");
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(info.st_size));
  std::size_t length = 0;
  while (length < bytes.size()) {
    const ssize_t got =
        pread(fd.get(), bytes.data() + length, bytes.size() - length, static_cast<off_t>(length));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Status::FromErrno("cannot read", path);
    if (got == 0) break;  // it has become shorter
    length += static_cast<std::size_t>(got);
  }
  if (Status read = ReadBox(Bytes(bytes).first(length), box); !read.ok()) {
    return Status::Error(path + ": " + read.message());
  }
  return {};
}

json ToJson(const BoxContents& box) {
  json threads = json::array();
  for (const auto& thread : box.threads) threads.push_back(ThreadJson(thread));
  json records = json::array();
  for (const auto& record : box.records) records.push_back(RecordJson(box, record));
  return {{"header", HeaderJson(box)},
          {"state", {{"name", NameOf(box.state)}, {"number", box.state}, {"detail", box.detail}}},
          {"gauges", GaugesJson(box)},
          {"threads", std::move(threads)},
          {"records", std::move(records)},
          {"damage",
           {{"badChunks", box.damage.bad_chunks},
            {"badRecords", box.damage.bad_records},
            {"badAreas", box.damage.bad_areas},
            {"cutAreas", box.damage.cut_areas},
            {"missingBytes", box.damage.missing_bytes}}}};
}

}  // namespace loopdet
