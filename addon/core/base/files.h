#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/unique_fd.h"

namespace loopdet {

// At most `limit` bytes of a small file (/proc, cgroup), or nothing if it cannot be read. pread from 0: /proc
// and cgroup files give fresh contents, so one open descriptor serves a file that is read often.
std::optional<std::string> ReadSmallFile(const std::string& path, std::size_t limit = 65536);
std::optional<std::string> ReadSmallFile(const UniqueFd& fd, std::size_t limit = 4096);

// The first decimal number in `text` after `key` ("nr_throttled 12" -> 12), or nothing.
std::optional<std::int64_t> NumberAfter(std::string_view text, std::string_view key);

// Waits until a non-blocking descriptor takes more, for so long at most.
bool WaitWritable(int fd, MonoNanos at_most);

// Writes all of it, whatever write(2) takes at a time; a descriptor that does not block and is full gets
// `patience` each time. False leaves errno set.
bool WriteAll(int fd, std::string_view bytes, MonoNanos patience = 0);

}  // namespace loopdet
