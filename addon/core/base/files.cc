#include "core/base/files.h"

#include <fcntl.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

namespace loopdet {

std::optional<std::string> ReadSmallFile(const std::string& path, std::size_t limit) {
  return ReadSmallFile(UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC)), limit);
}

std::optional<std::string> ReadSmallFile(const UniqueFd& fd, std::size_t limit) {
  if (!fd) return std::nullopt;
  std::string text(limit, '\0');
  std::size_t length = 0;
  while (length < limit) {
    const ssize_t got = pread(fd.get(), text.data() + length, limit - length, static_cast<off_t>(length));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  text.resize(length);
  return text;
}

std::optional<std::int64_t> NumberAfter(std::string_view text, std::string_view key) {
  const std::size_t at = text.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t digits = text.find_first_of("0123456789", at + key.size());
  if (digits == std::string_view::npos) return std::nullopt;
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data() + digits, text.data() + text.size(), value);
  if (parsed.ec != std::errc()) return std::nullopt;
  return value;
}

bool WaitWritable(int fd, MonoNanos at_most) {
  const MonoNanos until = MonotonicNow() + at_most;
  pollfd out{fd, POLLOUT, 0};
  for (;;) {
    const auto left = static_cast<int>(ToMs(std::max<MonoNanos>(until - MonotonicNow(), 0)));
    const int ready = poll(&out, 1, left);
    if (ready >= 0) return ready > 0;
    // The CPU profile's signal comes every 10 ms, and poll(2) is not restarted after any.
    if (errno != EINTR) return false;
  }
}

bool WriteAll(int fd, std::string_view bytes, MonoNanos patience) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
      continue;
    }
    if (written == 0) errno = EIO;  // it never does, and would for ever
    if (errno == EINTR) continue;
    if (errno != EAGAIN || !WaitWritable(fd, patience)) return false;
  }
  return true;
}

}  // namespace loopdet
