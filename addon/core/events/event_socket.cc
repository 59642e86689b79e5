#include "core/events/event_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/files.h"

namespace loopdet {

namespace {

// How long a listener may be busy with something else. Its buffer holds a hundred events and more.
constexpr MonoNanos kPatience = FromMs(100);

}  // namespace

Status EventSocket::Connect(const std::string& path) {
  {
    const std::lock_guard guard(lock_);
    if (socket_ && listened_) return path == path_ ? Status() : Status::Error("somebody listens already");
  }
  sockaddr_un address{};
  if (path.size() >= sizeof address.sun_path) return Status::Error(path + " is too long for a socket's path");
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  // Not the program's children's: they connect by themselves.
  UniqueFd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return Status::FromErrno("cannot make a socket for", path);
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return Status::FromErrno("nobody listens on", path);
  }
  const std::lock_guard guard(lock_);
  socket_ = std::move(socket);
  path_ = path;
  listened_ = true;
  return {};
}

bool EventSocket::TakeGone() {
  const std::lock_guard guard(lock_);
  if (!listened_) {
    socket_ = UniqueFd();
    return false;
  }
  if (socket_) {
    // It sends nothing: there is its end or nothing to read.
    char byte = 0;
    const ssize_t got = recv(socket_.get(), &byte, 1, MSG_DONTWAIT);
    if (got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR))) return false;
  }
  listened_ = false;
  return true;
}

bool EventSocket::connected() const {
  const std::lock_guard guard(lock_);
  return static_cast<bool>(socket_);
}

void EventSocket::Send(std::string_view line) {
  const std::lock_guard guard(lock_);
  if (!socket_) return;
  const std::string text = std::string(line) + '\n';
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t sent = send(socket_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      rest.remove_prefix(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN && WaitWritable(socket_.get(), kPatience)) continue;
    // Gone, or asleep. Half a line would spoil the next one.
    socket_ = UniqueFd();
    return;
  }
}

}  // namespace loopdet
