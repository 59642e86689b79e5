#include "v8/symbol_table.h"

#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cstring>
#include <span>

#include "core/base/unique_fd.h"
#include "core/host/loaded_module.h"

namespace loopdet::v8 {

namespace {

// A file mapped for reading.
class MappedFile {
 public:
  explicit MappedFile(const char* path) {
    const UniqueFd fd(open(path, O_RDONLY | O_CLOEXEC));
    struct stat info {};
    if (!fd || fstat(fd.get(), &info) != 0 || info.st_size <= 0) return;
    void* start = mmap(nullptr, static_cast<std::size_t>(info.st_size), PROT_READ, MAP_PRIVATE, fd.get(), 0);
    if (start == MAP_FAILED) return;
    bytes_ = {static_cast<const char*>(start), static_cast<std::size_t>(info.st_size)};
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile() {
    if (!bytes_.empty()) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }
  // `count` objects at `offset`, or none if they do not lie within the file.
  template <typename T>
  [[nodiscard]] std::span<const T> At(std::size_t offset, std::size_t count) const {
    if (offset > bytes_.size() || count > (bytes_.size() - offset) / sizeof(T)) return {};
    return {reinterpret_cast<const T*>(bytes_.data() + offset), count};
  }

 private:
  std::string_view bytes_;
};

// The value of the one symbol whose name begins and ends like this; 0 if there is none.
std::uintptr_t FindSymbol(const MappedFile& file, std::string_view begin, std::string_view end) {
  const auto header = file.At<ElfW(Ehdr)>(0, 1);
  if (header.empty() || std::memcmp(header[0].e_ident, ELFMAG, SELFMAG) != 0) return 0;
  const auto sections = file.At<ElfW(Shdr)>(header[0].e_shoff, header[0].e_shnum);
  for (const ElfW(Shdr) & section : sections) {
    if (section.sh_type != SHT_SYMTAB || section.sh_link >= sections.size()) continue;
    const ElfW(Shdr)& names = sections[section.sh_link];
    const auto text = file.At<char>(names.sh_offset, names.sh_size);
    const std::string_view all(text.data(), text.size());
    // The names first: one search of the text, and not one comparison a symbol.
    std::size_t at = all.find(begin);
    while (at != std::string_view::npos && !all.substr(at, all.find('\0', at) - at).ends_with(end)) {
      at = all.find(begin, at + 1);
    }
    if (at == std::string_view::npos) return 0;
    for (const ElfW(Sym) & symbol :
         file.At<ElfW(Sym)>(section.sh_offset, section.sh_size / sizeof(ElfW(Sym)))) {
      if (symbol.st_name == at) return symbol.st_value;
    }
  }
  return 0;
}

}  // namespace

std::uintptr_t FindHiddenSymbol(const void* inside, std::string_view begin, std::string_view end) {
  const LoadedModule module = FindModule(inside);
  if (module.path.empty()) return 0;
  const std::uintptr_t value = FindSymbol(MappedFile(module.path.c_str()), begin, end);
  return value == 0 ? 0 : module.base + value;
}

}  // namespace loopdet::v8
