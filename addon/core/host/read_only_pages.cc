#include "core/host/read_only_pages.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/base/unique_fd.h"

namespace loopdet {

namespace {

std::uintptr_t PageSize() {
  static const auto size = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  return size;
}

// Whether what is in memory of [start, end) can be read from its file again. A page that somebody has changed
// (a breakpoint, a packed executable) would be lost. Bits of the kernel's pagemap.rst, which any process may
// read of itself.
bool IsFromFile(int pagemap, std::uintptr_t start, std::uintptr_t end) {
  constexpr std::uint64_t kPresent = 1ULL << 63;
  constexpr std::uint64_t kSwapped = 1ULL << 62;
  constexpr std::uint64_t kOfFile = 1ULL << 61;
  std::array<std::uint64_t, 512> entries{};
  for (std::uintptr_t page = start / PageSize(); page < end / PageSize();) {
    const std::size_t count = std::min<std::size_t>(entries.size(), end / PageSize() - page);
    const auto wanted = static_cast<ssize_t>(count * sizeof(entries[0]));
    const auto at = static_cast<off_t>(page * sizeof(entries[0]));
    if (pread(pagemap, entries.data(), static_cast<std::size_t>(wanted), at) != wanted) return false;
    const bool lost = std::any_of(entries.begin(), entries.begin() + count, [](std::uint64_t entry) {
      return (entry & kSwapped) != 0 || ((entry & kPresent) != 0 && (entry & kOfFile) == 0);
    });
    if (lost) return false;
    page += count;
  }
  return true;
}

}  // namespace

void ReturnReadOnlyPages(const LoadedModule& module) {
  const UniqueFd pagemap(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  if (!pagemap) return;
  for (const auto& segment : module.segments) {
    if (segment.writable || segment.executable) continue;
    const auto first = reinterpret_cast<std::uintptr_t>(segment.start);
    const std::uintptr_t start = (first + PageSize() - 1) & ~(PageSize() - 1);
    const std::uintptr_t end = (first + segment.length) & ~(PageSize() - 1);
    if (start < end && IsFromFile(pagemap.get(), start, end)) {
      madvise(reinterpret_cast<void*>(start), end - start, MADV_DONTNEED);
    }
  }
}

}  // namespace loopdet
