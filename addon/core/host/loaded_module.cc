#include "core/host/loaded_module.h"

namespace loopdet {

namespace {

struct Search {
  std::uintptr_t inside;
  LoadedModule found;
};

int Visit(dl_phdr_info* info, std::size_t /*size*/, void* data) {
  auto* search = static_cast<Search*>(data);
  LoadedModule module;
  module.base = info->dlpi_addr;
  module.path = *info->dlpi_name == '\0' ? "/proc/self/exe" : info->dlpi_name;
  bool holds = false;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    const std::uintptr_t start = info->dlpi_addr + header.p_vaddr;
    if (header.p_type == PT_DYNAMIC) module.dynamic = reinterpret_cast<const ElfW(Dyn)*>(start);
    if (header.p_type != PT_LOAD) continue;
    holds = holds || (search->inside >= start && search->inside < start + header.p_memsz);
    module.segments.push_back({reinterpret_cast<const char*>(start), header.p_filesz,
                               (header.p_flags & PF_W) != 0, (header.p_flags & PF_X) != 0});
  }
  if (holds) search->found = std::move(module);
  return holds ? 1 : 0;
}

}  // namespace

LoadedModule FindModule(const void* inside) {
  Search search{reinterpret_cast<std::uintptr_t>(inside), {}};
  dl_iterate_phdr(Visit, &search);
  return std::move(search.found);
}

}  // namespace loopdet
