#include "core/heap/snapshot_data.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
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

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsSpace(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
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
  SnapshotScanner(std::string_view text, SnapshotData& data, bool is_mapped)
      : text_(text), data_(data), is_mapped_(is_mapped) {}

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
    // A record is a digit and a comma for each field at least: no memory for what cannot be there.
    const std::uint64_t most =
        std::min<std::uint64_t>(text_.size() / 2, std::numeric_limits<std::uint32_t>::max() - 2);
    if (*nodes > most / node_fields_.size() || *edges > most / edge_fields_.size()) {
      return At(begin, "the header says that there are " + std::to_string(*nodes) + " nodes and " +
                           std::to_string(*edges) + " edges, for which the file is too small");
    }
    if (*nodes == 0) return At(begin, "there is not a single node");
    node_count_ = *nodes;
    edge_count_ = *edges;
    root_index_ = number("root_index").value_or(0);
    data_.extra_native_bytes = number("extra_native_bytes").value_or(0);
    has_header_ = true;
    return {};
  }

  // Reads records of `fields` numbers each, and gives them to `store(record, numbers)`.
  template <typename Store>
  Status Records(std::size_t fields, std::size_t count, const char* name, const Store& store) {
    if (!Take('[')) return At(at_, Quoted(name) + " is no array");
    const std::size_t end = text_.find(']', at_);
    if (end == std::string_view::npos) return At(at_, "the file ends within " + Quoted(name));
    Status result;
    if (count >= kWorthTwoThreads) {
      // V8 writes a record on a line of its own: how many stand before the middle tells where the second half
      // goes.
      const std::size_t newline = text_.find('\n', at_ + (end - at_) / 2);
      if (newline != std::string_view::npos && newline < end) {
        const auto lines =
            static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                text_.begin() + static_cast<std::ptrdiff_t>(newline), '\n'));
        // The first record stands on the line of the bracket.
        const std::size_t before = lines + 1;
        if (before < count) {
          Status second;
          std::thread other([&] { second = Range(newline + 1, end, fields, before, count, name, store); });
          result = Range(at_, newline, fields, 0, before, name, store);
          other.join();
          if (result.ok() && second.ok()) {
            at_ = end + 1;
            Forget(at_);
            return {};
          }
          // Records may stand otherwise, or something is wrong: whichever comes first in the file.
        }
      }
    }
    result = Range(at_, end, fields, 0, count, name, store);
    at_ = end + 1;
    if (result.ok()) Forget(at_);
    return result;
  }

  // What has been read of a mapped file need not stay in memory.
  void Forget(std::size_t until) {
    constexpr std::size_t kPage = 4096;
    if (is_mapped_ && until > kPage) {
      madvise(const_cast<char*>(text_.data()), until / kPage * kPage, MADV_DONTNEED);
    }
  }

  template <typename Store>
  Status Range(std::size_t begin, std::size_t end, std::size_t fields, std::size_t first, std::size_t last,
               const char* name, const Store& store) {
    const char* const text = text_.data();
    const char* at = text + begin;
    const char* const stop = text + end;
    std::array<std::uint64_t, kMaxFields> numbers{};
    const char* record_start = at;
    std::size_t record = first;
    std::size_t field = 0;
    const auto offset = [text](const char* place) { return static_cast<std::size_t>(place - text); };
    for (;;) {
      while (at < stop && (*at == ',' || IsSpace(*at))) ++at;
      if (at == stop) break;
      if (!IsDigit(*at)) {
        return At(offset(at), (*at == '-' ? "a number below 0 in " : "no number in ") + Quoted(name));
      }
      const char* const start = at;
      if (field == 0) record_start = at;
      std::uint64_t value = 0;
      do {
        value = value * 10 + static_cast<std::uint64_t>(*at - '0');
        ++at;
      } while (at < stop && IsDigit(*at));
      constexpr std::ptrdiff_t kMostDigits = 19;
      if (at - start > kMostDigits) return At(offset(start), "too large a number in " + Quoted(name));
      numbers[field] = value;
      if (++field < fields) continue;
      field = 0;
      if (record == last)
        return At(offset(record_start), "more in " + Quoted(name) + " than the header says");
      if (const char* problem = store(record, numbers.data())) return At(offset(record_start), problem);
      ++record;
    }
    if (record != last || field != 0) {
      return At(end, Quoted(name) + " has " + std::to_string(record) +
                         (last == record ? " records and a part of one"
                                         : " records and not " + std::to_string(last)));
    }
    return {};
  }

  Status Nodes() {
    if (std::exchange(has_nodes_, true)) return At(at_, "\"nodes\" is there twice");
    const std::size_t type = PlaceOf(node_fields_, "type");
    const std::size_t name = PlaceOf(node_fields_, "name");
    const std::size_t id = PlaceOf(node_fields_, "id");
    const std::size_t size = PlaceOf(node_fields_, "self_size");
    const std::size_t edges = PlaceOf(node_fields_, "edge_count");
    const std::size_t detached = PlaceOf(node_fields_, "detachedness");
    data_.has_detachedness = detached < node_fields_.size();
    data_.node_type.resize(node_count_);
    data_.node_name.resize(node_count_);
    data_.node_id.resize(node_count_);
    data_.self_size.resize(node_count_);
    data_.first_edge.resize(node_count_ + 1);
    if (data_.has_detachedness) data_.detachedness.resize(node_count_);
    constexpr std::uint64_t kMost32 = std::numeric_limits<std::uint32_t>::max();
    Status read = Records(node_fields_.size(), node_count_, "nodes",
                          [&, types = node_types_.data(), type_count = node_types_.size()](
                              std::size_t record, const std::uint64_t* numbers) -> const char* {
                            if (numbers[type] >= type_count)
                              return "a type of node that the header does not name";
                            if (numbers[name] > kMost32 || numbers[id] > kMost32 || numbers[edges] > kMost32)
                              return "a number of a node of more than 32 bits";
                            constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 48U;
                            if (numbers[size] > kMostBytes) return "a node of more than 256 TB";
                            data_.node_type[record] = types[numbers[type]];
                            data_.node_name[record] = static_cast<StringIndex>(numbers[name]);
                            data_.node_id[record] = static_cast<std::uint32_t>(numbers[id]);
                            data_.self_size[record] = numbers[size];
                            data_.first_edge[record] = static_cast<EdgeIndex>(numbers[edges]);
                            if (data_.has_detachedness)
                              data_.detachedness[record] = static_cast<std::uint8_t>(numbers[detached] & 3U);
                            return nullptr;
                          });
    if (!read.ok()) return read;
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

  Status Edges() {
    if (std::exchange(has_edges_, true)) return At(at_, "\"edges\" is there twice");
    const std::size_t type = PlaceOf(edge_fields_, "type");
    const std::size_t name = PlaceOf(edge_fields_, "name_or_index");
    const std::size_t to = PlaceOf(edge_fields_, "to_node");
    data_.edge_type.resize(edge_count_);
    data_.edge_name.resize(edge_count_);
    data_.edge_to.resize(edge_count_);
    const auto node_fields = static_cast<std::uint32_t>(node_fields_.size());
    // Of numbers of 32 bits: a multiplication instead of a division for each edge.
    const std::uint64_t reciprocal = ((std::uint64_t{1} << 35U) + node_fields - 1) / node_fields;
    return Records(edge_fields_.size(), edge_count_, "edges",
                   [&, types = edge_types_.data(), type_count = edge_types_.size()](
                       std::size_t record, const std::uint64_t* numbers) -> const char* {
                     if (numbers[type] >= type_count) return "a type of edge that the header does not name";
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
                     if (node >= node_count_) return "an edge to a node that is not there";
                     data_.edge_type[record] = types[numbers[type]];
                     data_.edge_name[record] = static_cast<std::uint32_t>(numbers[name]);
                     data_.edge_to[record] = static_cast<NodeIndex>(node);
                     return nullptr;
                   });
  }

  Status Locations() {
    if (location_fields_.empty()) return SkipValue();
    const std::size_t object = PlaceOf(location_fields_, "object_index");
    const std::size_t script = PlaceOf(location_fields_, "script_id");
    const std::size_t line = PlaceOf(location_fields_, "line");
    const std::size_t column = PlaceOf(location_fields_, "column");
    const std::size_t count = location_fields_.size();
    if (std::max({object, script, line, column}) >= count) return SkipValue();
    if (!Take('[')) return At(at_, "\"locations\" is no array");
    const std::size_t end = text_.find(']', at_);
    if (end == std::string_view::npos) return At(at_, "the file ends within \"locations\"");
    // How many there are nobody has said.
    const auto commas =
        static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                            text_.begin() + static_cast<std::ptrdiff_t>(end), ','));
    const std::size_t begin = at_;
    at_ = end + 1;
    const bool is_empty = commas == 0;
    if (is_empty) return {};
    return Range(begin, end, count, 0, (commas + 1) / count, "locations",
                 [&](std::size_t /*record*/, const std::uint64_t* numbers) -> const char* {
                   const std::uint64_t node = numbers[object] / node_fields_.size();
                   if (numbers[object] % node_fields_.size() != 0 || node >= node_count_)
                     return "a location of what is no node";
                   data_.locations.push_back({static_cast<NodeIndex>(node),
                                              static_cast<std::uint32_t>(numbers[script]),
                                              static_cast<std::uint32_t>(numbers[line]),
                                              static_cast<std::uint32_t>(numbers[column])});
                   return nullptr;
                 });
  }

  Status Strings() {
    if (std::exchange(has_strings_, true)) return At(at_, "\"strings\" is there twice");
    if (!Take('[')) return At(at_, "\"strings\" is no array");
    const char* const text = text_.data();
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
    }
  }

  // What can be checked only when all is there.
  Status Check() {
    const std::size_t strings = data_.string_count();
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

 public:
  static void Keep(SnapshotData& data, Mapping file) { data.file_ = std::move(file); }
};

Status ReadSnapshot(const std::string& path, SnapshotData& data) {
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
  Status read = SnapshotScanner(text, data, true).Run();
  if (!read.ok()) return Status::Error(path + ": " + read.message());
  // What has been read need not stay in memory: strings come back when they are asked for.
  madvise(file.bytes().data(), size, MADV_DONTNEED);
  SnapshotScanner::Keep(data, std::move(file));
  return {};
}

Status ReadSnapshotFrom(std::string_view text, SnapshotData& data) {
  if (text.empty()) return Status::Error("it is empty");
  Mapping copy(mmap(nullptr, text.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
               text.size());
  if (!copy) return Status::Error("there is no memory for it");
  std::memcpy(copy.bytes().data(), text.data(), text.size());
  Status read =
      SnapshotScanner({reinterpret_cast<const char*>(copy.bytes().data()), text.size()}, data, false).Run();
  if (read.ok()) SnapshotScanner::Keep(data, std::move(copy));
  return read;
}

}  // namespace loopdet::heap
