#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/blackbox/mapping.h"
#include "core/heap/array.h"
#include "core/heap/progress.h"

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

// Names that mean something, told apart as the strings are read: a node's name is asked for millions of
// times.
enum class KnownName : std::uint8_t {
  kNone,
  kObject,
  kArray,
  kContext,
  kNativeContext,
  kArrayBufferData,
  kExternalStringData,
  kDocumentTrees,
  kMapDescriptors,
  kSloppyFunctionMap,
  kElements,
  kFirst,
  kSecond,
  // "12 / part of key (A @1) -> value (B @2) pair in WeakMap (table @3)", to judge by its ends.
  kMaybeEphemeron,
};

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
  Array<NodeType> node_type;
  Array<StringIndex> node_name;  // HeapGraph adds names of its own beyond the file's
  Array<std::uint32_t> node_id;
  Array<std::uint64_t> self_size;
  Array<std::uint8_t> detachedness;  // empty: the file has none, or all are unknown (0)
  Array<EdgeIndex> first_edge;       // one more than nodes
  // Edges.
  Array<EdgeType> edge_type;
  Array<std::uint32_t> edge_name;  // an index of a string, or of an element: see HasStringName
  Array<NodeIndex> edge_to;

  std::vector<Location> locations;  // by node, each once
  NodeIndex root = 0;
  std::uint64_t extra_native_bytes = 0;
  bool has_detachedness = false;  // the file says of each node whether it is attached

  [[nodiscard]] std::size_t node_count() const { return node_type.size(); }
  [[nodiscard]] std::size_t edge_count() const { return edge_type.size(); }
  [[nodiscard]] std::size_t string_count() const { return string_starts_.size(); }
  [[nodiscard]] static bool HasStringName(EdgeType type) {
    return type != EdgeType::kElement && type != EdgeType::kHidden;
  }
  [[nodiscard]] KnownName Known(StringIndex index) const {
    return index < known_.size() ? known_[index] : KnownName::kNone;
  }
  [[nodiscard]] KnownName KnownNode(NodeIndex node) const { return Known(node_name[node]); }
  [[nodiscard]] bool IsPlainObject(NodeIndex node) const {
    return node_type[node] == NodeType::kObject && KnownNode(node) == KnownName::kObject;
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
  std::vector<KnownName> known_;              // of each string
};

// Decodes what stands between the quotes of a JSON string.
std::string DecodeJsonString(std::string_view raw);

// Reads a snapshot of Node or Chrome. Trusts nothing: what is damaged gives an error with the byte at which
// it was found.
Status ReadSnapshot(const std::string& path, SnapshotData& data, Progress& progress);
// The same from memory, which need not outlive the call.
Status ReadSnapshotFrom(std::string_view text, SnapshotData& data, Progress& progress);

}  // namespace loopdet::heap
