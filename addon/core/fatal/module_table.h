#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loopdet {

// Which module (executable, shared object) holds an address. Made where locks and memory may be taken, asked
// in a signal handler.
class ModuleTable {
 public:
  // One executable part of a module.
  struct Part {
    std::uintptr_t start = 0;
    std::uintptr_t end = 0;
    std::uintptr_t base = 0;  // what the loader added to the module's own addresses
    std::string path;
  };
  struct Found {
    std::string_view module;  // the path as a JSON string, quotes included; empty: no module
    std::uint64_t offset = 0;
  };

  ModuleTable() = default;
  explicit ModuleTable(std::vector<Part> parts);

  // The modules of this process now.
  static ModuleTable Read();
  // Grows when a module is loaded or unloaded: whether Read() would give another table.
  static std::uint64_t Changes();

  // May run in a signal handler.
  [[nodiscard]] Found Find(std::uintptr_t address) const;

 private:
  std::vector<Part> parts_;  // by address; the path as JSON
};

}  // namespace loopdet
