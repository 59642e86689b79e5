#pragma once

#include <fcntl.h>

#include <cerrno>

namespace loopdet {

// A lock of the open file, which the kernel takes back with its last descriptor and mapping, whatever ends
// the process that held it. Unlike a process id it means the same in every container. A file system without
// locks has no holder and refuses nobody.

// False if somebody else has it. `fd` must be open for writing.
inline bool LockFile(int fd) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return fcntl(fd, F_OFD_SETLK, &lock) == 0 || (errno != EAGAIN && errno != EACCES);
}

// Without taking it, not even for a moment.
inline bool IsLockedElsewhere(int fd) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

}  // namespace loopdet
