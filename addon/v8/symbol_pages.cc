#include "v8/symbol_pages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>

#include "v8/loaded_module.h"

namespace loopdet::v8 {

namespace {

// Whether [start, end) is a read-only mapping of a file. Anonymous memory (a packed executable) would be
// lost.
bool IsMappedFile(std::uintptr_t start, std::uintptr_t end) {
  std::ifstream maps("/proc/self/maps");
  std::string line;
  while (std::getline(maps, line)) {
    std::uintptr_t first = 0;
    std::uintptr_t last = 0;
    char permissions[5] = {};
    unsigned long inode = 0;
    constexpr const char* kFormat = "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %lu";
    if (std::sscanf(line.c_str(), kFormat, &first, &last, permissions, &inode) != 4) return false;
    if (start < first || start >= last) continue;
    return end <= last && inode != 0 && permissions[1] == '-' && permissions[3] == 'p';
  }
  return false;
}

}  // namespace

void ReturnSymbolPages(const void* inside) {
  const LoadedModule module = FindModule(inside);
  if (module.dynamic == nullptr) return;
  std::uintptr_t start = UINTPTR_MAX;
  std::uintptr_t names = 0;
  std::size_t names_length = 0;
  for (const ElfW(Dyn)* entry = module.dynamic; entry->d_tag != DT_NULL; ++entry) {
    // glibc has made these addresses absolute; another loader's offsets are below the module and are no
    // match.
    if (entry->d_tag == DT_STRTAB) names = entry->d_un.d_ptr;
    if (entry->d_tag == DT_STRSZ) names_length = entry->d_un.d_val;
    if (entry->d_tag == DT_STRTAB || entry->d_tag == DT_SYMTAB || entry->d_tag == DT_GNU_HASH) {
      start = std::min<std::uintptr_t>(start, entry->d_un.d_ptr);
    }
  }
  const std::uintptr_t end = names + names_length;
  for (const auto& segment : module.segments) {
    const auto first = reinterpret_cast<std::uintptr_t>(segment.start);
    if (segment.writable || start < first || end > first + segment.length) continue;
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const std::uintptr_t from = (start + page - 1) & ~(page - 1);
    const std::uintptr_t to = end & ~(page - 1);
    if (from < to && IsMappedFile(from, to)) madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
    return;
  }
}

}  // namespace loopdet::v8
