#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/blackbox/mapping.h"

namespace loopdet::heap {

// By name, whatever numbers a file gives them: those differ between versions.
enum class NodeType : std::uint8_t {
  kHidden,
  kArray,
  kString,
  kObject,
  kCode,
  kClosure,
  kRegExp,
  kNumber,
  kNative,
  kSynthetic,
  kConsString,
  kSlicedString,
  kSymbol,
  kBigInt,
  kObjectShape,
  kOther,
};
enum class EdgeType : std::uint8_t {
  kContext,
  kElement,
  kProperty,
  kInternal,
  kHidden,
  kShortcut,
  kWeak,
  kOther,
};

// As snapshots and Chrome DevTools name them.
std::string_view NameOf(NodeType type);
std::string_view NameOf(EdgeType type);

using NodeIndex = std::uint32_t;  // a node's place among the nodes
using EdgeIndex = std::uint32_t;
using StringIndex = std::uint32_t;

// Where a constructor stands.
struct Location {
  NodeIndex node;
  std::uint32_t script;
  std::uint32_t line;  // from 0, as in the file
  std::uint32_t column;
};

// What a .heapsnapshot file says, checked: every index is one of something. Arrays only; strings stay in the
// mapped file.
class SnapshotData {
 public:
  // Nodes.
  std::vector<NodeType> node_type;
  std::vector<StringIndex> node_name;  // HeapGraph adds names of its own beyond the file's
  std::vector<std::uint32_t> node_id;
  std::vector<std::uint64_t> self_size;
  std::vector<std::uint8_t> detachedness;  // empty: the file has none, or all are unknown (0)
  std::vector<EdgeIndex> first_edge;       // one more than nodes
  // Edges.
  std::vector<EdgeType> edge_type;
  std::vector<std::uint32_t> edge_name;  // an index of a string, or of an element: see HasStringName
  std::vector<NodeIndex> edge_to;

  std::vector<Location> locations;
  NodeIndex root = 0;
  std::uint64_t extra_native_bytes = 0;
  bool has_detachedness = false;  // the file says of each node whether it is attached

  [[nodiscard]] std::size_t node_count() const { return node_type.size(); }
  [[nodiscard]] std::size_t edge_count() const { return edge_type.size(); }
  [[nodiscard]] std::size_t string_count() const { return string_starts_.size(); }
  [[nodiscard]] static bool HasStringName(EdgeType type) {
    return type != EdgeType::kElement && type != EdgeType::kHidden;
  }
  // As it stands in the file, with its escapes.
  [[nodiscard]] std::string_view RawString(StringIndex index) const;
  // Decoded, as UTF-8; half a surrogate pair becomes U+FFFD.
  [[nodiscard]] std::string String(StringIndex index) const;
  [[nodiscard]] std::size_t file_bytes() const { return file_.bytes().size(); }

 private:
  friend class SnapshotScanner;
  Mapping file_;
  std::vector<std::uint64_t> string_starts_;  // of what is between the quotes
};

// Decodes what stands between the quotes of a JSON string.
std::string DecodeJsonString(std::string_view raw);

// Reads a snapshot of Node or Chrome. Trusts nothing: what is damaged gives an error with the byte at which
// it was found.
Status ReadSnapshot(const std::string& path, SnapshotData& data);
// The same from memory, which must outlive `data`.
Status ReadSnapshotFrom(std::string_view text, SnapshotData& data);

}  // namespace loopdet::heap
