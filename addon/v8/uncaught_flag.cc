#include "v8/uncaught_flag.h"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace loopdet::v8 {

namespace {

constexpr const char* kOn = "--abort-on-uncaught-exception";
constexpr const char* kOff = "--no-abort-on-uncaught-exception";

struct Segment {
  const char* start;
  std::size_t length;
};

struct Search {
  std::uintptr_t inside;  // an address in the module that holds V8 (the node executable, or libnode.so)
  std::vector<Segment> writable;
};

int AddSegments(dl_phdr_info* module, std::size_t /*size*/, void* data) {
  auto* search = static_cast<Search*>(data);
  std::vector<Segment> writable;
  bool holds_v8 = false;
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const ElfW(Phdr) & header = module->dlpi_phdr[i];
    if (header.p_type != PT_LOAD) continue;
    const std::uintptr_t start = module->dlpi_addr + header.p_vaddr;
    if (search->inside >= start && search->inside < start + header.p_memsz) holds_v8 = true;
    if ((header.p_flags & PF_W) == 0) continue;
    writable.push_back({reinterpret_cast<const char*>(start), header.p_memsz});
  }
  if (holds_v8) search->writable = std::move(writable);
  return holds_v8 ? 1 : 0;
}

// The bytes of the module's data that are 0 now and 1 after `change`.
template <typename Change>
std::vector<char*> BytesSetBy(const Search& search, Change change) {
  std::vector<std::vector<char>> before;
  for (const Segment& segment : search.writable) before.emplace_back(segment.start, segment.start + segment.length);
  change();
  std::vector<char*> found;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const Segment& segment = search.writable[i];
    const char* old = before[i].data();
    constexpr std::size_t kBlock = 4096;
    for (std::size_t at = 0; at < segment.length; at += kBlock) {
      const std::size_t length = std::min(kBlock, segment.length - at);
      if (std::memcmp(old + at, segment.start + at, length) == 0) continue;
      for (std::size_t k = at; k < at + length; ++k) {
        if (old[k] == 0 && segment.start[k] == 1) found.push_back(const_cast<char*>(segment.start + k));
      }
    }
  }
  return found;
}

}  // namespace

// V8 keeps a hash of its flags, and refuses every code cache made under another hash: Node's built-in one (start-up
// then takes 20-25 ms longer) and the program's own. The hash is computed when first asked for after a change by V8's
// setter, and remembered. So: find the flag's byte by watching which one the setter changes, set the flag back, have
// the hash computed, and then set the byte by hand. Measured on Node 20 to 26: one byte, and the tag does not move.
bool UncaughtFlag::SetSilently() {
  if (functions_.code_cache_tag == nullptr) return false;
  if (byte_ == nullptr) {
    Search search{reinterpret_cast<std::uintptr_t>(functions_.set_flags), {}};
    dl_iterate_phdr(AddSegments, &search);
    const std::uint32_t tag = functions_.code_cache_tag();
    functions_.set_flags(kOff);
    std::vector<char*> bytes = BytesSetBy(search, [this] { functions_.set_flags(kOn); });
    functions_.set_flags(kOff);
    // Another thread may have set a byte of its own meanwhile: ours is the one that has followed the flag back.
    std::erase_if(bytes, [](const char* byte) { return *byte != 0; });
    if (bytes.size() != 1 || functions_.code_cache_tag() != tag) return false;
    byte_ = bytes.front();
  }
  *byte_ = 1;
  return true;
}

UncaughtFlag::State UncaughtFlag::Set() {
  if (state_ != State::kOff || functions_.set_flags == nullptr) return state_;
  if (SetSilently()) {
    state_ = State::kSilent;
  } else {
    functions_.set_flags(kOn);
    state_ = State::kChanged;
  }
  return state_;
}

void UncaughtFlag::Clear() {
  if (state_ == State::kSilent) *byte_ = 0;
  if (state_ == State::kChanged) functions_.set_flags(kOff);
  state_ = State::kOff;
}

}  // namespace loopdet::v8
