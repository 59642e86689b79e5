#include "core/fatal/module_table.h"

#include <link.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace loopdet {

namespace {

// A longer path loses its beginning: there must be room for many frames.
constexpr std::size_t kMaxPath = 200;

std::string ToJsonText(std::string path) {
  if (path.size() > kMaxPath) path = "..." + path.substr(path.size() - kMaxPath);
  return nlohmann::json(std::move(path)).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string ExecutablePath() {
  std::array<char, 4096> path;
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size());
  return length < 0 ? "/proc/self/exe" : std::string(path.data(), static_cast<std::size_t>(length));
}

int AddParts(dl_phdr_info* info, std::size_t /*size*/, void* data) {
  auto& parts = *static_cast<std::vector<ModuleTable::Part>*>(data);
  // The loader calls the executable by no name.
  const std::string path = *info->dlpi_name == '\0' ? ExecutablePath() : info->dlpi_name;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0) continue;
    const std::uintptr_t start = info->dlpi_addr + header.p_vaddr;
    parts.push_back({start, start + header.p_memsz, info->dlpi_addr, path});
  }
  return 0;
}

}  // namespace

ModuleTable::ModuleTable(std::vector<Part> parts) : parts_(std::move(parts)) {
  for (Part& part : parts_) part.path = ToJsonText(std::move(part.path));
  std::sort(parts_.begin(), parts_.end(), [](const Part& a, const Part& b) { return a.start < b.start; });
}

ModuleTable ModuleTable::Read() {
  std::vector<Part> parts;
  dl_iterate_phdr(AddParts, &parts);
  return ModuleTable(std::move(parts));
}

std::uint64_t ModuleTable::Changes() {
  std::uint64_t changes = 0;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t /*size*/, void* data) {
        *static_cast<std::uint64_t*>(data) = info->dlpi_adds + info->dlpi_subs;
        return 1;
      },
      &changes);
  return changes;
}

ModuleTable::Found ModuleTable::Find(std::uintptr_t address) const {
  const auto after =
      std::upper_bound(parts_.begin(), parts_.end(), address,
                       [](std::uintptr_t wanted, const Part& part) { return wanted < part.start; });
  if (after == parts_.begin()) return {};
  const Part& part = *std::prev(after);
  if (address >= part.end) return {};
  return {part.path, address - part.base};
}

}  // namespace loopdet
