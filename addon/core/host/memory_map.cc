#include "core/host/memory_map.h"

#include <cinttypes>
#include <cstdio>
#include <fstream>

namespace loopdet {

bool IsMappedFromFile(std::uintptr_t address, const std::string& maps) {
  std::ifstream file(maps);
  for (std::string line; std::getline(file, line);) {
    // "start-end rwxp offset major:minor inode path", and inode 0 where there is no file.
    std::uintptr_t start = 0;
    std::uintptr_t end = 0;
    unsigned long inode = 0;
    const int fields =
        std::sscanf(line.c_str(), "%" SCNxPTR "-%" SCNxPTR " %*s %*s %*s %lu", &start, &end, &inode);
    if (fields == 3 && address >= start && address < end) return inode != 0;
  }
  return false;
}

}  // namespace loopdet
