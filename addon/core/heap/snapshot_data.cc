#include "core/heap/snapshot_data.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "core/base/unique_fd.h"

namespace loopdet::heap {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 15> kNodeTypes = {"hidden",
                                                         "array",
                                                         "string",
                                                         "object",
                                                         "code",
                                                         "closure",
                                                         "regexp",
                                                         "number",
                                                         "native",
                                                         "synthetic",
                                                         "concatenated string",
                                                         "sliced string",
                                                         "symbol",
                                                         "bigint",
                                                         "object shape"};
constexpr std::array<std::string_view, 7> kEdgeTypes = {"context", "element",  "property", "internal",
                                                        "hidden",  "shortcut", "weak"};
// A header is some kilobytes of names.
constexpr std::size_t kMaxHeader = std::size_t{16} << 20;
constexpr std::size_t kMaxFields = 16;
// Records are parsed by two threads if there are that many.
constexpr std::size_t kWorthTwoThreads = 100'000;
// After so many bytes, what has been read is given back.
constexpr std::size_t kForgetEvery = std::size_t{4} << 20;

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsSpace(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// The digits from `at` on as a number; `at` comes to stand behind them. Of more than 19 digits the number is
// wrong, and the caller sees how many there were. A single digit, which types and counts are, is taken as it
// is, and others eight at a time: how many of them there are is what a processor guesses wrong.
[[gnu::always_inline]] inline std::uint64_t ReadDigits(const char*& at, const char* stop) {
  if (stop - at > 1 && !IsDigit(at[1])) return static_cast<std::uint64_t>(*at++ - '0');
  std::uint64_t value = 0;
  if (std::endian::native == std::endian::little && stop - at >= 8) {
    constexpr std::uint64_t kEach = 0x0101010101010101;
    std::memcpy(&value, at, sizeof value);
    value ^= kEach * '0';
    // The highest bit of each byte that is no digit; what is carried over from one reaches later bytes only.
    const std::uint64_t others = (value | (value + kEach * (0x7F - 9))) & (kEach * 0x80);
    const int digits = std::countr_zero(others) / 8;
    value <<= (8 - digits) * 8;  // the caller has seen that the first is one
    // Pairs, fours, all eight of them.
    value = value * 10 + (value >> 8U);
    constexpr std::uint64_t kPairs = 0x000000FF000000FF;
    constexpr std::uint64_t kHundredAndMillion = 100 + (std::uint64_t{1'000'000} << 32U);
    constexpr std::uint64_t kOneAndTenThousand = 1 + (std::uint64_t{10'000} << 32U);
    value = ((value & kPairs) * kHundredAndMillion + ((value >> 16U) & kPairs) * kOneAndTenThousand) >> 32U;
    at += digits;
    if (digits < 8) return value;
  }
  for (; at < stop && IsDigit(*at); ++at) value = value * 10 + static_cast<std::uint64_t>(*at - '0');
  return value;
}

struct KnownText {
  std::string_view text;
  KnownName name;
};
constexpr std::array<KnownText, 12> kKnownTexts = {{
    {"Object", KnownName::kObject},
    {"Array", KnownName::kArray},
    {"system / Context", KnownName::kContext},
    {"system / NativeContext", KnownName::kNativeContext},
    {"system / JSArrayBufferData", KnownName::kArrayBufferData},
    {"system / ExternalStringData", KnownName::kExternalStringData},
    {"(Document DOM trees)", KnownName::kDocumentTrees},
    {"(map descriptors)", KnownName::kMapDescriptors},
    {"sloppy_function_map", KnownName::kSloppyFunctionMap},
    {"elements", KnownName::kElements},
    {"first", KnownName::kFirst},
    {"second", KnownName::kSecond},
}};

KnownName Recognise(std::string_view raw) {
  if (raw.empty()) return KnownName::kNone;
  if (IsDigit(raw.front())) return raw.back() == ')' ? KnownName::kMaybeEphemeron : KnownName::kNone;
  constexpr std::size_t kLongest = 27;
  if (raw.size() > kLongest) return KnownName::kNone;
  for (const KnownText& known : kKnownTexts) {
    if (raw == known.text) return known.name;
  }
  return KnownName::kNone;
}

template <typename Names>
std::size_t PlaceOf(const Names& names, std::string_view name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::string Quoted(std::string_view name) {
  std::string text(1, '"');
  text += name;
  return text += '"';
}

}  // namespace

std::string_view NameOf(NodeType type) {
  const auto at = static_cast<std::size_t>(type);
  return at < kNodeTypes.size() ? kNodeTypes[at] : "other";
}

std::string_view NameOf(EdgeType type) {
  const auto at = static_cast<std::size_t>(type);
  return at < kEdgeTypes.size() ? kEdgeTypes[at] : "other";
}

std::string_view SnapshotData::RawString(StringIndex index) const {
  const auto* text = reinterpret_cast<const char*>(file_.bytes().data());
  const char* start = text + string_starts_[index];
  const char* end = start;
  // The scanner has seen its end.
  while (*end != '"') end += *end == '\\' ? 2 : 1;
  return {start, static_cast<std::size_t>(end - start)};
}

std::string SnapshotData::String(StringIndex index) const {
  return DecodeJsonString(RawString(index));
}

namespace {

void AppendUtf8(std::string& text, std::uint32_t code) {
  const auto put = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | (code >> 6U));
    put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | (code >> 12U));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | (code >> 18U));
    put(0x80U | ((code >> 12U) & 0x3FU));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  }
}

// The four digits at `at`, or nothing.
std::optional<std::uint32_t> HexAt(std::string_view raw, std::size_t at) {
  if (at + 4 > raw.size()) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const char c = raw[i];
    std::uint32_t digit = 0;
    if (IsDigit(c)) {
      digit = static_cast<std::uint32_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      digit = static_cast<std::uint32_t>(c - 'a' + 10);
    } else if (c >= 'A' && c <= 'F') {
      digit = static_cast<std::uint32_t>(c - 'A' + 10);
    } else {
      return std::nullopt;
    }
    value = value * 16 + digit;
  }
  return value;
}

}  // namespace

std::string DecodeJsonString(std::string_view raw) {
  constexpr std::uint32_t kReplacement = 0xFFFD;
  if (raw.find('\\') == std::string_view::npos) return std::string(raw);
  std::string text;
  text.reserve(raw.size());
  for (std::size_t at = 0; at < raw.size(); ++at) {
    if (raw[at] != '\\' || at + 1 >= raw.size()) {
      text += raw[at];
      continue;
    }
    const char escape = raw[++at];
    constexpr std::string_view kNames = "bfnrt";
    constexpr std::string_view kValues = "\b\f\n\r\t";
    if (const std::size_t place = kNames.find(escape); place != std::string_view::npos) {
      text += kValues[place];
      continue;
    }
    if (escape != 'u') {
      text += escape;
      continue;
    }
    auto code = HexAt(raw, at + 1);
    if (!code) {
      AppendUtf8(text, kReplacement);
      continue;
    }
    at += 4;
    if (*code >= 0xD800 && *code < 0xDC00 && raw.substr(at + 1, 2) == "\\u") {
      const auto low = HexAt(raw, at + 3);
      if (low && *low >= 0xDC00 && *low < 0xE000) {
        code = 0x10000 + ((*code - 0xD800) << 10U) + (*low - 0xDC00);
        at += 6;
      }
    }
    AppendUtf8(text, *code >= 0xD800 && *code < 0xE000 ? kReplacement : *code);
  }
  return text;
}

// Walks the text of a snapshot: an object whose "snapshot" is read by nlohmann, and whose large arrays are
// read here, number by number.
class SnapshotScanner {
 public:
  SnapshotScanner(std::string_view text, SnapshotData& data, Progress& progress, bool is_mapped)
      : text_(text), data_(data), progress_(progress), is_mapped_(is_mapped) {}

  Status Run() {
    Skip();
    if (!Take('{')) return At(at_, "a heap snapshot begins with {");
    bool is_first = true;
    for (;;) {
      Skip();
      if (Take('}')) break;
      if (!is_first && !Take(',')) return At(at_, "a comma or } is missing");
      is_first = false;
      Skip();
      std::string_view key;
      if (Status read = TakeKey(key); !read.ok()) return read;
      Skip();
      if (!Take(':')) return At(at_, "a colon is missing");
      Skip();
      if (Status read = Section(key); !read.ok()) return read;
    }
    if (!has_header_) return Status::Error("this is no heap snapshot: it has no \"snapshot\"");
    if (!has_nodes_ || !has_edges_ || !has_strings_) {
      return At(at_, "it has no " + Quoted(!has_nodes_ ? "nodes" : !has_edges_ ? "edges" : "strings"));
    }
    return Check();
  }

 private:
  static Status At(std::size_t at, const std::string& what) {
    return Status::Error("at byte " + std::to_string(at) + ": " + what);
  }
  void Skip() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  }
  bool Take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  Status TakeKey(std::string_view& key) {
    if (!Take('"')) return At(at_, "a name in quotes is missing");
    const std::size_t end = text_.find('"', at_);
    if (end == std::string_view::npos) return At(at_, "the file ends within a name");
    key = text_.substr(at_, end - at_);
    at_ = end + 1;
    return {};
  }

  Status Section(std::string_view key) {
    if (key == "snapshot") return Header();
    if (!has_header_ && (key == "nodes" || key == "edges" || key == "locations")) {
      return At(at_, Quoted(key) + " comes before \"snapshot\", which says what it is made of");
    }
    if (key == "nodes") return Nodes();
    if (key == "edges") return Edges();
    if (key == "locations") return Locations();
    if (key == "strings") return Strings();
    return SkipValue();
  }

  // From a bracket or brace to its other end; any other value to its end.
  Status SkipValue() {
    const std::size_t begin = at_;
    std::size_t depth = 0;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '"') {
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
          if (text_[at_] == '\\') ++at_;
        }
        if (at_ >= text_.size()) break;
      } else if (c == '[' || c == '{') {
        ++depth;
      } else if (c == ']' || c == '}') {
        if (depth == 0) return {};
        if (--depth == 0) {
          ++at_;
          return {};
        }
      } else if (c == ',' && depth == 0) {
        return {};
      }
    }
    return At(begin, "the file ends within what begins here");
  }

  Status Header() {
    const std::size_t begin = at_;
    if (at_ >= text_.size() || text_[at_] != '{') return At(at_, "\"snapshot\" is no object");
    if (Status skipped = SkipValue(); !skipped.ok()) return skipped;
    if (at_ - begin > kMaxHeader) return At(begin, "the header is larger than 16 MB");
    const json header = json::parse(text_.substr(begin, at_ - begin), nullptr, false);
    if (!header.is_object()) return At(begin, "the header is no JSON");
    const auto found = header.find("meta");
    if (found == header.end() || !found->is_object()) return At(begin, "the header has no \"meta\"");
    const json& meta = *found;
    const auto number = [&header](const char* name) -> std::optional<std::uint64_t> {
      const auto value = header.find(name);
      if (value == header.end() || !value->is_number_unsigned()) return std::nullopt;
      return value->get<std::uint64_t>();
    };
    const auto names = [&meta](const char* name) {
      std::vector<std::string> list;
      const auto value = meta.find(name);
      if (value == meta.end() || !value->is_array()) return list;
      for (const json& one : *value) list.push_back(one.is_string() ? one.get<std::string>() : "");
      return list;
    };
    node_fields_ = names("node_fields");
    edge_fields_ = names("edge_fields");
    location_fields_ = names("location_fields");
    for (const auto* fields : {&node_fields_, &edge_fields_, &location_fields_}) {
      if (fields->size() > kMaxFields) return At(begin, "the header names more than 16 fields");
    }
    for (const char* name : {"type", "name", "id", "self_size", "edge_count"}) {
      if (PlaceOf(node_fields_, name) == node_fields_.size())
        return At(begin, "nodes have no " + Quoted(name));
    }
    for (const char* name : {"type", "name_or_index", "to_node"}) {
      if (PlaceOf(edge_fields_, name) == edge_fields_.size())
        return At(begin, "edges have no " + Quoted(name));
    }
    const auto types = [&meta](const char* name, std::size_t place) {
      std::vector<std::string> list;
      const auto value = meta.find(name);
      if (value == meta.end() || !value->is_array() || place >= value->size() || !(*value)[place].is_array())
        return list;
      for (const json& one : (*value)[place]) list.push_back(one.is_string() ? one.get<std::string>() : "");
      return list;
    };
    for (const std::string& name : types("node_types", PlaceOf(node_fields_, "type"))) {
      node_types_.push_back(static_cast<NodeType>(PlaceOf(kNodeTypes, name)));
    }
    for (const std::string& name : types("edge_types", PlaceOf(edge_fields_, "type"))) {
      edge_types_.push_back(static_cast<EdgeType>(PlaceOf(kEdgeTypes, name)));
    }
    if (node_types_.empty() || edge_types_.empty()) return At(begin, "the header names no types");
    const auto nodes = number("node_count");
    const auto edges = number("edge_count");
    if (!nodes || !edges) return At(begin, "the header does not say how many nodes and edges there are");
    const auto refuse = [&](const std::string& why) {
      return At(begin, "the header says that there are " + std::to_string(*nodes) + " nodes and " +
                           std::to_string(*edges) + " edges, " + why);
    };
    // A record is a digit and a comma for each field at least: no memory for what cannot be there.
    const std::uint64_t most = text_.size() / 2;
    if (*nodes > most / node_fields_.size() || *edges > most / edge_fields_.size())
      return refuse("for which the file is too small");
    // What numbers both (NodeIndex, EdgeIndex) has 32 bits, and names of our own come beside those of the
    // file.
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max() - 2;
    if (*nodes > kMost || *edges > kMost)
      return refuse("and no more than " + std::to_string(kMost) + " of each can be read");
    if (*nodes == 0) return At(begin, "there is not a single node");
    node_count_ = *nodes;
    edge_count_ = *edges;
    progress_.nodes = *nodes;
    progress_.edges = *edges;
    root_index_ = number("root_index").value_or(0);
    data_.extra_native_bytes = number("extra_native_bytes").value_or(0);
    has_header_ = true;
    return {};
  }

  // Reads records of `fields` numbers each, and gives them to `store`, a copy of which each thread has:
  // store(record, numbers) says what is wrong with them, if anything is.
  template <typename Store>
  Status Records(std::size_t fields, std::size_t count, const char* name, Store& store) {
    if (!Take('[')) return At(at_, Quoted(name) + " is no array");
    if (count >= kWorthTwoThreads) {
      Chunks chunks(text_, at_, count);
      Store first = store;
      Store second = store;
      std::thread other([&] { ReadChunks(chunks, fields, name, second); });
      ReadChunks(chunks, fields, name, first);
      other.join();
      if (const auto end = chunks.end(); end) {
        store.Join(first);
        store.Join(second);
        at_ = *end + 1;
        return {};
      }
      // Records may stand otherwise, or something is wrong: whichever comes first in the file.
    }
    const std::size_t end = text_.find(']', at_);
    if (end == std::string_view::npos) return At(at_, "the file ends within " + Quoted(name));
    Status result = Range({at_, end}, fields, {0, count}, name, store);
    at_ = end + 1;
    return result;
  }

  // From one place to another, without it.
  struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
  };

  // A section in pieces for several threads. V8 writes a record on a line of its own, so that the lines tell
  // which records a piece has. Whether that is so, the reading of the piece shows.
  class Chunks {
   public:
    Chunks(std::string_view text, std::size_t begin, std::size_t records)
        : text_(text), at_(begin), records_(records) {}
    struct Chunk {
      Span bytes;
      Span records;
    };
    std::optional<Chunk> Next() {
      const std::lock_guard guard(lock_);
      if (failed_ || end_) return std::nullopt;
      const std::size_t begin = at_;
      const std::string_view piece = text_.substr(begin, kForgetEvery);
      const std::size_t bracket = piece.find(']');
      const std::size_t first = record_;
      if (bracket != std::string_view::npos) {
        end_ = begin + bracket;
        return Chunk{{begin, *end_}, {first, records_}};
      }
      const std::size_t newline = piece.rfind('\n');
      if (newline == std::string_view::npos) {
        failed_ = true;
        return std::nullopt;
      }
      at_ = begin + newline + 1;
      record_ += static_cast<std::size_t>(
          std::count(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(newline) + 1, '\n'));
      if (record_ > records_) {
        failed_ = true;
        return std::nullopt;
      }
      return Chunk{{begin, at_}, {first, record_}};
    }
    void Fail() {
      const std::lock_guard guard(lock_);
      failed_ = true;
    }
    // Where the bracket stands, if all has been read and is as it should be.
    [[nodiscard]] std::optional<std::size_t> end() const { return failed_ ? std::nullopt : end_; }

   private:
    std::mutex lock_;
    const std::string_view text_;
    std::size_t at_;
    const std::size_t records_;
    std::size_t record_ = 0;
    bool failed_ = false;
    std::optional<std::size_t> end_;
  };

  template <typename Store>
  void ReadChunks(Chunks& chunks, std::size_t fields, const char* name, Store& store) {
    while (const auto chunk = chunks.Next()) {
      if (!Range(chunk->bytes, fields, chunk->records, name, store).ok()) return chunks.Fail();
    }
  }

  // What has been read of a mapped file need not stay in memory.
  void Forget(std::size_t begin, std::size_t end) {
    constexpr std::size_t kPage = 4096;
    begin = (begin + kPage - 1) / kPage * kPage;
    end = end / kPage * kPage;
    if (is_mapped_ && end > begin)
      madvise(const_cast<char*>(text_.data()) + begin, end - begin, MADV_DONTNEED);
  }

  template <typename Store>
  Status Range(Span bytes, std::size_t fields, Span records, const char* name, Store& store) {
    // As many as V8 writes: the compiler then knows where each number goes.
    switch (fields) {
      case 3:
        return RangeOf<3>(bytes, fields, records, name, store);
      case 6:
        return RangeOf<6>(bytes, fields, records, name, store);
      case 7:
        return RangeOf<7>(bytes, fields, records, name, store);
      default:
        return RangeOf<0>(bytes, fields, records, name, store);
    }
  }

  template <std::size_t kFields, typename Store>
  Status RangeOf(Span bytes, std::size_t given, Span records, const char* name, Store& store) {
    const std::size_t fields = kFields == 0 ? given : kFields;
    const char* const text = text_.data();
    const char* at = text + bytes.begin;
    const char* const stop = text + bytes.end;
    std::array<std::uint64_t, kMaxFields> numbers{};
    std::size_t record = records.begin;
    std::size_t forgotten = bytes.begin;
    const auto offset = [text](const char* place) { return static_cast<std::size_t>(place - text); };
    const auto skip = [&at, stop] {
      while (at < stop && (*at == ',' || IsSpace(*at))) ++at;
    };
    for (;; ++record) {
      skip();
      if (at == stop) break;
      const char* const start_of_record = at;
      std::size_t field = 0;
#pragma GCC unroll 8
      for (; field < fields; ++field) {
        if (field != 0) skip();
        if (at == stop) break;
        if (!IsDigit(*at)) {
          return At(offset(at), (*at == '-' ? "a number below 0 in " : "no number in ") + Quoted(name));
        }
        const char* const start = at;
        numbers[field] = ReadDigits(at, stop);
        constexpr std::ptrdiff_t kMostDigits = 19;
        if (at - start > kMostDigits) return At(offset(start), "too large a number in " + Quoted(name));
      }
      if (field < fields) {
        return At(bytes.end, Quoted(name) + " has " + std::to_string(record) + " records and a part of one");
      }
      if (record == records.end)
        return At(offset(start_of_record), "more in " + Quoted(name) + " than the header says");
      if (const char* problem = store(record, numbers.data())) return At(offset(start_of_record), problem);
      if (const std::size_t done = offset(at); done - forgotten >= kForgetEvery) {
        Forget(forgotten, done);
        forgotten = done;
      }
    }
    if (record != records.end) {
      return At(bytes.end, Quoted(name) + " has " + std::to_string(record) + " records and not " +
                               std::to_string(records.end));
    }
    Forget(forgotten, bytes.end);
    Tell(bytes.end);
    return {};
  }

  void Tell(std::size_t done) {
    progress_.Reach(static_cast<std::uint32_t>(ProgressAt::kRead * static_cast<double>(done) /
                                               static_cast<double>(text_.size())));
  }

  struct NodeStore {
    SnapshotData& data;
    const std::vector<NodeType>& types;
    std::size_t type, name, id, size, edges, detached;
    std::uint64_t self_bytes = 0;
    StringIndex last_name = 0;

    const char* operator()(std::size_t record, const std::uint64_t* numbers) {
      constexpr std::uint64_t kMost32 = std::numeric_limits<std::uint32_t>::max();
      if (numbers[type] >= types.size()) return "a type of node that the header does not name";
      if (numbers[name] > kMost32 || numbers[id] > kMost32 || numbers[edges] > kMost32)
        return "a number of a node of more than 32 bits";
      constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 48U;
      if (numbers[size] > kMostBytes) return "a node of more than 256 TB";
      data.node_type[record] = types[numbers[type]];
      data.node_name[record] = static_cast<StringIndex>(numbers[name]);
      data.node_id[record] = static_cast<std::uint32_t>(numbers[id]);
      data.self_size[record] = numbers[size];
      data.first_edge[record] = static_cast<EdgeIndex>(numbers[edges]);
      if (data.has_detachedness)
        data.detachedness[record] = static_cast<std::uint8_t>(numbers[detached] & 3U);
      self_bytes += numbers[size];
      last_name = std::max(last_name, data.node_name[record]);
      return nullptr;
    }
    void Join(const NodeStore& part) {
      self_bytes += part.self_bytes;
      last_name = std::max(last_name, part.last_name);
    }
  };

  Status Nodes() {
    if (std::exchange(has_nodes_, true)) return At(at_, "\"nodes\" is there twice");
    const auto place = [this](const char* name) { return PlaceOf(node_fields_, name); };
    NodeStore store{data_,       node_types_,        place("type"),       place("name"),
                    place("id"), place("self_size"), place("edge_count"), place("detachedness")};
    data_.has_detachedness = store.detached < node_fields_.size();
    data_.node_type.resize(node_count_);
    data_.node_name.resize(node_count_);
    data_.node_id.resize(node_count_);
    data_.self_size.resize(node_count_);
    data_.first_edge.resize(node_count_ + 1);
    if (data_.has_detachedness) data_.detachedness.resize(node_count_);
    Status read = Records(node_fields_.size(), node_count_, "nodes", store);
    if (!read.ok()) return read;
    last_name_ = std::max(last_name_, store.last_name);
    progress_.self_bytes = store.self_bytes + data_.extra_native_bytes;
    std::uint64_t sum = 0;
    for (std::size_t node = 0; node < node_count_; ++node) {
      const std::uint64_t count = data_.first_edge[node];
      data_.first_edge[node] = static_cast<EdgeIndex>(sum);
      sum += count;
      if (sum > edge_count_) break;
    }
    if (sum != edge_count_) {
      return At(at_, "the nodes have " + std::string(sum > edge_count_ ? "more than " : "only ") +
                         std::to_string(std::min(sum, edge_count_)) + " edges, and the header says " +
                         std::to_string(edge_count_));
    }
    data_.first_edge[node_count_] = static_cast<EdgeIndex>(edge_count_);
    if (root_index_ % node_fields_.size() != 0 || root_index_ / node_fields_.size() >= node_count_)
      return At(at_, "the root is no node");
    data_.root = static_cast<NodeIndex>(root_index_ / node_fields_.size());
    const auto& all = data_.detachedness;
    if (std::all_of(all.begin(), all.end(), [](std::uint8_t one) { return one == 0; }))
      data_.detachedness = {};
    return {};
  }

  struct EdgeStore {
    SnapshotData& data;
    const std::vector<EdgeType>& types;
    std::size_t type, name, to;
    std::uint32_t node_fields;
    // Of numbers of 32 bits: a multiplication instead of a division for each edge.
    std::uint64_t reciprocal;
    std::uint64_t node_count;
    StringIndex last_name = 0;

    const char* operator()(std::size_t record, const std::uint64_t* numbers) {
      if (numbers[type] >= types.size()) return "a type of edge that the header does not name";
      if (numbers[name] > std::numeric_limits<std::uint32_t>::max())
        return "a name of an edge of more than 32 bits";
      const std::uint64_t target = numbers[to];
      std::uint64_t node = 0;
      if (target < (std::uint64_t{1} << 31U)) {
        node = target * reciprocal >> 35U;
        if (node * node_fields > target) --node;
      } else {
        node = target / node_fields;
      }
      if (node * node_fields != target) return "an edge to the middle of a node";
      if (node >= node_count) return "an edge to a node that is not there";
      const EdgeType its = types[numbers[type]];
      const auto text = static_cast<std::uint32_t>(numbers[name]);
      data.edge_type[record] = its;
      data.edge_name[record] = text;
      data.edge_to[record] = static_cast<NodeIndex>(node);
      if (SnapshotData::HasStringName(its)) last_name = std::max(last_name, text);
      return nullptr;
    }
    void Join(const EdgeStore& part) { last_name = std::max(last_name, part.last_name); }
  };

  Status Edges() {
    if (std::exchange(has_edges_, true)) return At(at_, "\"edges\" is there twice");
    const auto place = [this](const char* name) { return PlaceOf(edge_fields_, name); };
    const auto node_fields = static_cast<std::uint32_t>(node_fields_.size());
    EdgeStore store{data_,
                    edge_types_,
                    place("type"),
                    place("name_or_index"),
                    place("to_node"),
                    node_fields,
                    ((std::uint64_t{1} << 35U) + node_fields - 1) / node_fields,
                    node_count_};
    data_.edge_type.resize(edge_count_);
    data_.edge_name.resize(edge_count_);
    data_.edge_to.resize(edge_count_);
    Status read = Records(edge_fields_.size(), edge_count_, "edges", store);
    last_name_ = std::max(last_name_, store.last_name);
    return read;
  }

  struct LocationStore {
    SnapshotData& data;
    std::size_t object, script, line, column;
    std::size_t node_fields;
    const char* operator()(std::size_t /*record*/, const std::uint64_t* numbers) {
      const std::uint64_t node = numbers[object] / node_fields;
      if (numbers[object] % node_fields != 0 || node >= data.node_count())
        return "a location of what is no node";
      data.locations.push_back({static_cast<NodeIndex>(node), static_cast<std::uint32_t>(numbers[script]),
                                static_cast<std::uint32_t>(numbers[line]),
                                static_cast<std::uint32_t>(numbers[column])});
      return nullptr;
    }
  };

  Status Locations() {
    if (location_fields_.empty()) return SkipValue();
    const auto place = [this](const char* name) { return PlaceOf(location_fields_, name); };
    LocationStore store{data_,         place("object_index"), place("script_id"),
                        place("line"), place("column"),       node_fields_.size()};
    const std::size_t count = location_fields_.size();
    if (std::max({store.object, store.script, store.line, store.column}) >= count) return SkipValue();
    if (!Take('[')) return At(at_, "\"locations\" is no array");
    const std::size_t end = text_.find(']', at_);
    if (end == std::string_view::npos) return At(at_, "the file ends within \"locations\"");
    // How many there are nobody has said.
    const auto commas =
        static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                            text_.begin() + static_cast<std::ptrdiff_t>(end), ','));
    const std::size_t begin = std::exchange(at_, end + 1);
    const bool is_empty = commas == 0;
    if (is_empty) return {};
    data_.locations.reserve((commas + 1) / count);
    Status read = Range({begin, end}, count, {0, (commas + 1) / count}, "locations", store);
    const auto comes_before = [](const Location& a, const Location& b) { return a.node < b.node; };
    auto& all = data_.locations;
    if (!std::is_sorted(all.begin(), all.end(), comes_before))
      std::stable_sort(all.begin(), all.end(), comes_before);
    // The last word counts.
    std::size_t kept = 0;
    for (std::size_t one = 0; one < all.size(); ++one) {
      if (one + 1 < all.size() && all[one + 1].node == all[one].node) continue;
      all[kept++] = all[one];
    }
    all.resize(kept);
    return read;
  }

  Status Strings() {
    if (std::exchange(has_strings_, true)) return At(at_, "\"strings\" is there twice");
    if (!Take('[')) return At(at_, "\"strings\" is no array");
    const char* const text = text_.data();
    std::size_t forgotten = at_;
    for (bool is_first = true;; is_first = false) {
      Skip();
      if (Take(']')) return {};
      if (!is_first && !Take(',')) return At(at_, "a comma or ] is missing in \"strings\"");
      Skip();
      if (!Take('"')) return At(at_, "no string in \"strings\"");
      data_.string_starts_.push_back(at_);
      for (;;) {
        const void* quote = at_ < text_.size() ? std::memchr(text + at_, '"', text_.size() - at_) : nullptr;
        if (quote == nullptr) return At(data_.string_starts_.back(), "the file ends within a string");
        const auto found = static_cast<std::size_t>(static_cast<const char*>(quote) - text);
        std::size_t slashes = 0;
        while (found - slashes > at_ && text[found - slashes - 1] == '\\') ++slashes;
        at_ = found + 1;
        if (slashes % 2 == 0) break;
      }
      const std::uint64_t start = data_.string_starts_.back();
      data_.known_.push_back(Recognise(text_.substr(start, at_ - 1 - start)));
      if (at_ - forgotten >= kForgetEvery) {
        Forget(forgotten, at_);
        forgotten = at_;
        Tell(at_);
      }
    }
  }

  // What can be checked only when all is there.
  Status Check() {
    const std::size_t strings = data_.string_count();
    if (last_name_ < strings) return {};
    for (std::size_t node = 0; node < node_count_; ++node) {
      if (data_.node_name[node] >= strings)
        return Status::Error("node " + std::to_string(node) + " has a name that is not there");
    }
    for (std::size_t edge = 0; edge < edge_count_; ++edge) {
      if (SnapshotData::HasStringName(data_.edge_type[edge]) && data_.edge_name[edge] >= strings)
        return Status::Error("edge " + std::to_string(edge) + " has a name that is not there");
    }
    return {};
  }

  const std::string_view text_;
  SnapshotData& data_;
  Progress& progress_;
  const bool is_mapped_;  // from a file, and can be read again
  std::size_t at_ = 0;
  bool has_header_ = false;
  bool has_nodes_ = false;
  bool has_edges_ = false;
  bool has_strings_ = false;
  std::vector<std::string> node_fields_;
  std::vector<std::string> edge_fields_;
  std::vector<std::string> location_fields_;
  std::vector<NodeType> node_types_;
  std::vector<EdgeType> edge_types_;
  std::uint64_t node_count_ = 0;
  std::uint64_t edge_count_ = 0;
  std::uint64_t root_index_ = 0;
  StringIndex last_name_ = 0;  // the largest that is asked for

 public:
  static void Keep(SnapshotData& data, Mapping file) {
    data.file_ = std::move(file);
  }
};

Status ReadSnapshot(const std::string& path, SnapshotData& data, Progress& progress) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return Status::FromErrno("cannot read", path);
  struct stat found {};
  if (fstat(fd.get(), &found) != 0) return Status::FromErrno("cannot read", path);
  if (!S_ISREG(found.st_mode)) return Status::Error(path + " is no file");
  if (found.st_size == 0) return Status::Error(path + " is empty");
  const auto size = static_cast<std::size_t>(found.st_size);
  Mapping file(mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd.get(), 0), size);
  if (!file) return Status::FromErrno("cannot map", path);
  const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()), size);
  Status read = SnapshotScanner(text, data, progress, true).Run();
  if (!read.ok()) return Status::Error(path + ": " + read.message());
  // What has been read need not stay in memory: strings come back when they are asked for.
  madvise(file.bytes().data(), size, MADV_DONTNEED);
  SnapshotScanner::Keep(data, std::move(file));
  return {};
}

Status ReadSnapshotFrom(std::string_view text, SnapshotData& data, Progress& progress) {
  if (text.empty()) return Status::Error("it is empty");
  Mapping copy(mmap(nullptr, text.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
               text.size());
  if (!copy) return Status::Error("there is no memory for it");
  std::memcpy(copy.bytes().data(), text.data(), text.size());
  const std::string_view own(reinterpret_cast<const char*>(copy.bytes().data()), text.size());
  Status read = SnapshotScanner(own, data, progress, false).Run();
  if (read.ok()) SnapshotScanner::Keep(data, std::move(copy));
  return read;
}

}  // namespace loopdet::heap
