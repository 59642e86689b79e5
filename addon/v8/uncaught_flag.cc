#include "v8/uncaught_flag.h"

#include <algorithm>
#include <cstring>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/crc32c.h"
#include "core/host/loaded_module.h"
#include "v8/symbol_table.h"

namespace loopdet::v8 {

namespace {

constexpr const char* kOn = "--abort-on-uncaught-exception";
constexpr const char* kOff = "--no-abort-on-uncaught-exception";

constexpr std::size_t kPage = 4096;

// The initialised data of a module, page by page, and which pages have changed since. By checksums: a copy
// of all of it would touch twice the memory.
class DataPages {
 public:
  explicit DataPages(const LoadedModule& module) {
    for (const auto& segment : module.segments) {
      if (!segment.writable) continue;
      for (std::size_t at = 0; at < segment.length; at += kPage) {
        const Page page(segment.start + at, std::min(kPage, segment.length - at));
        pages_.emplace_back(page, Crc32c(std::as_bytes(page)));
      }
    }
  }

  using Page = std::span<const char>;
  [[nodiscard]] std::vector<Page> Changed() const {
    std::vector<Page> changed;
    for (const auto& [page, checksum] : pages_) {
      if (Crc32c(std::as_bytes(page)) != checksum) changed.push_back(page);
    }
    return changed;
  }

 private:
  std::vector<std::pair<Page, std::uint32_t>> pages_;
};

// The bytes of the module's data that `set` makes 1 and `clear` makes 0 again. The latter is called last.
template <typename Set, typename Clear>
std::vector<char*> BytesFollowing(const LoadedModule& module, Set set, Clear clear) {
  const DataPages before(module);
  set();
  const std::vector<DataPages::Page> changed = before.Changed();
  std::vector<std::vector<char>> copies;
  for (const auto& page : changed) copies.emplace_back(page.begin(), page.end());
  clear();
  std::vector<char*> found;
  for (std::size_t i = 0; i < changed.size(); ++i) {
    for (std::size_t k = 0; k < changed[i].size(); ++k) {
      if (copies[i][k] == 1 && changed[i][k] == 0) found.push_back(const_cast<char*>(&changed[i][k]));
    }
  }
  return found;
}

}  // namespace

// V8 keeps a hash of its flags, and refuses every code cache made under another hash: Node's built-in one
// (start-up then takes 20-25 ms longer) and the program's own. The hash is computed when first asked for
// after a change by V8's setter, and remembered. So: find the flag's byte by watching which one the setter
// changes, set the flag back, have the hash computed, and then set the byte by hand. Measured on Node 20 to
// 26: one byte, and the tag does not move.
bool UncaughtFlag::SetSilently() {
  if (functions_.code_cache_tag == nullptr) return false;
  if (byte_ == nullptr) {
    const LoadedModule module = FindModule(reinterpret_cast<const void*>(functions_.set_flags));
    const std::uint32_t tag = functions_.code_cache_tag();
    functions_.set_flags(kOff);
    const std::vector<char*> bytes = BytesFollowing(
        module, [this] { functions_.set_flags(kOn); }, [this] { functions_.set_flags(kOff); });
    if (bytes.size() != 1 || functions_.code_cache_tag() != tag) return false;
    byte_ = bytes.front();
  }
  *byte_ = 1;
  return true;
}

bool UncaughtFlag::SetRemembered() {
  // A static of a function of V8 (Node 20 to 26); its type of argument has changed, its name has not.
  const std::uintptr_t address =
      FindHiddenSymbol(reinterpret_cast<const void*>(functions_.set_flags),
                       "_ZZN2v88internal7Isolate20CreateMessageOrAbort", "abort_on_uncaught_exception");
  if (address == 0) return false;
  auto* remembered = reinterpret_cast<volatile unsigned char*>(address);
  if (*remembered > 1) return false;
  *remembered = 1;
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

void UncaughtFlag::WhileOther(const char* set, const char* reset, const std::function<void()>& body) {
  functions_.set_flags(set);
  body();
  if (state_ == State::kSilent) *byte_ = 0;
  functions_.set_flags(reset);
  if (functions_.code_cache_tag != nullptr) (void)functions_.code_cache_tag();
  if (state_ == State::kSilent) *byte_ = 1;
}

void UncaughtFlag::Clear() {
  if (state_ == State::kSilent) *byte_ = 0;
  if (state_ == State::kChanged) functions_.set_flags(kOff);
  state_ = State::kOff;
}

}  // namespace loopdet::v8
