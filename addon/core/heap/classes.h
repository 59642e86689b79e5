#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/heap/array.h"
#include "core/heap/snapshot_data.h"

namespace loopdet::heap {

// A class of objects as Chrome DevTools' Memory panel tells them apart: a constructor, by its name and where
// it stands; plain objects by their properties ("{id, name}"); a kind of node ("(string)").
using ClassIndex = std::uint32_t;
constexpr ClassIndex kNoClass = ~ClassIndex{0};
// The distance of what nothing leads to.
constexpr std::int32_t kNoDistance = -5;

struct Class {
  std::string name;
  std::string key;  // the same in other snapshots: "script,line,column,name", or ",name"
  std::uint64_t count = 0;
  std::uint64_t self = 0;
  std::uint64_t retained = 0;  // without what its own instances hold of each other twice
  std::int32_t distance = kNoDistance;
};

// Plain objects with these properties are of one class.
struct Shape {
  std::string name;
  std::vector<std::string> properties;
};

// As Chrome DevTools writes a property in the name of an object: what could be taken for punctuation is
// quoted.
std::string FormatProperty(const std::string& name);
// As JavaScript counts the characters of a text.
std::size_t Utf16Length(std::string_view text);

// Plain objects by the names of their properties, in order: a program has millions of objects, and of these
// few.
class Layouts {
 public:
  explicit Layouts(const SnapshotData& data);
  // What DevTools takes for a class of plain objects: properties that many of them begin with.
  [[nodiscard]] std::vector<Shape> InferShapes() const;
  // For each layout the place of its shape, which is the one with most properties that it has all of; or
  // shapes.size().
  [[nodiscard]] std::vector<std::size_t> Match(const std::vector<Shape>& shapes) const;
  // Of each plain object, in the order of the nodes.
  [[nodiscard]] const std::vector<std::uint32_t>& of_objects() const { return of_objects_; }

 private:
  struct Layout {
    std::size_t first = 0;  // among names_
    std::size_t end = 0;
    std::uint64_t count = 0;
    std::uint32_t next = 0;  // of the same hash, and one more; 0: none
  };
  std::uint32_t Find(const std::vector<StringIndex>& names);

  const SnapshotData& data_;
  std::vector<StringIndex> names_;
  std::vector<Layout> layouts_;  // in the order of their first objects
  std::unordered_map<std::uint64_t, std::uint32_t> by_hash_;
  std::vector<std::uint32_t> of_objects_;
};

// The class of each node that has a size, and the classes in the order in which they come, with their counts
// and sizes. `added_names` are beyond the file's own.
Array<ClassIndex> FindClasses(const SnapshotData& data, const std::vector<std::string>& added_names,
                              const Layouts& layouts, const std::vector<Shape>& shapes,
                              const Array<std::int32_t>& distances, std::vector<Class>& classes);

}  // namespace loopdet::heap
