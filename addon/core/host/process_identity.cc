#include "core/host/process_identity.h"

#include <charconv>
#include <string>

#include "core/base/files.h"

namespace loopdet {

std::optional<std::uint64_t> StartTicksOf(std::uint64_t pid) {
  const auto text = ReadSmallFile("/proc/" + std::to_string(pid) + "/stat");
  // The second field is a name in brackets, which may hold anything.
  std::size_t at = text ? text->rfind(')') : std::string::npos;
  for (int field = 2; at != std::string::npos && field < 22; ++field) at = text->find(' ', at + 1);
  if (at == std::string::npos) return std::nullopt;
  std::uint64_t ticks = 0;
  const auto parsed = std::from_chars(text->data() + at + 1, text->data() + text->size(), ticks);
  return parsed.ec == std::errc() ? std::optional(ticks) : std::nullopt;
}

std::array<std::uint8_t, 16> BootId() {
  std::array<std::uint8_t, 16> id{};
  std::string text = ReadSmallFile("/proc/sys/kernel/random/boot_id").value_or("");
  std::erase(text, '-');
  for (std::size_t index = 0; index < id.size() && 2 * index + 2 <= text.size(); ++index) {
    std::from_chars(text.data() + 2 * index, text.data() + 2 * index + 2, id[index], 16);
  }
  return id;
}

}  // namespace loopdet
