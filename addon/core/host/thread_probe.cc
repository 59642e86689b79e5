#include "core/host/thread_probe.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/base/files.h"

namespace loopdet {

namespace {

// Which argument says what the call is about.
enum Target { kNone, kFd, kPath0, kPath1 };

struct KnownCall {
  long number;
  const char* name;
  Target target;
};

// The calls a loop's thread is found blocked in. Others are shown by number.
constexpr KnownCall kCalls[] = {
    {SYS_read, "read", kFd},
    {SYS_write, "write", kFd},
    {SYS_pread64, "pread64", kFd},
    {SYS_pwrite64, "pwrite64", kFd},
    {SYS_readv, "readv", kFd},
    {SYS_writev, "writev", kFd},
    {SYS_preadv, "preadv", kFd},
    {SYS_pwritev, "pwritev", kFd},
    {SYS_openat, "openat", kPath1},
    {SYS_close, "close", kFd},
    {SYS_fstat, "fstat", kFd},
    {SYS_newfstatat, "newfstatat", kPath1},
    {SYS_statx, "statx", kPath1},
    {SYS_getdents64, "getdents64", kFd},
    {SYS_fsync, "fsync", kFd},
    {SYS_fdatasync, "fdatasync", kFd},
    {SYS_ftruncate, "ftruncate", kFd},
    {SYS_fallocate, "fallocate", kFd},
    {SYS_flock, "flock", kFd},
    {SYS_fcntl, "fcntl", kFd},
    {SYS_ioctl, "ioctl", kFd},
    {SYS_unlinkat, "unlinkat", kPath1},
    {SYS_renameat, "renameat", kPath1},
    {SYS_renameat2, "renameat2", kPath1},
    {SYS_mkdirat, "mkdirat", kPath1},
    {SYS_copy_file_range, "copy_file_range", kFd},
    {SYS_sendfile, "sendfile", kFd},
    {SYS_splice, "splice", kFd},
    {SYS_futex, "futex", kNone},
    {SYS_nanosleep, "nanosleep", kNone},
    {SYS_clock_nanosleep, "clock_nanosleep", kNone},
    {SYS_ppoll, "ppoll", kNone},
    {SYS_pselect6, "pselect6", kNone},
    {SYS_epoll_pwait, "epoll_pwait", kFd},
    {SYS_wait4, "wait4", kNone},
    {SYS_waitid, "waitid", kNone},
    {SYS_connect, "connect", kFd},
    {SYS_accept, "accept", kFd},
    {SYS_accept4, "accept4", kFd},
    {SYS_recvfrom, "recvfrom", kFd},
    {SYS_recvmsg, "recvmsg", kFd},
    {SYS_sendto, "sendto", kFd},
    {SYS_sendmsg, "sendmsg", kFd},
    {SYS_execve, "execve", kPath0},
    {SYS_clone, "clone", kNone},
    {SYS_madvise, "madvise", kNone},
    {SYS_mmap, "mmap", kNone},
    {SYS_munmap, "munmap", kNone},
    {SYS_mprotect, "mprotect", kNone},
    {SYS_getrandom, "getrandom", kNone},
#ifdef SYS_open
    {SYS_open, "open", kPath0},
    {SYS_stat, "stat", kPath0},
    {SYS_lstat, "lstat", kPath0},
    {SYS_poll, "poll", kNone},
    {SYS_select, "select", kNone},
    {SYS_epoll_wait, "epoll_wait", kFd},
    {SYS_vfork, "vfork", kNone},
    {SYS_fork, "fork", kNone},
    {SYS_unlink, "unlink", kPath0},
    {SYS_rename, "rename", kPath0},
    {SYS_mkdir, "mkdir", kPath0},
    {SYS_rmdir, "rmdir", kPath0},
    {SYS_readlink, "readlink", kPath0},
#endif
};

std::string LinkTarget(const std::string& path) {
  char target[4096];
  const ssize_t length = readlink(path.c_str(), target, sizeof target);
  return length < 0 ? std::string() : std::string(target, static_cast<std::size_t>(length));
}

// The `at`-th of the arguments, which stand in hexadecimal after the call's number.
std::uint64_t Argument(std::string_view line, int at) {
  std::size_t found = 0;
  for (int i = 0; i <= at; ++i) {
    found = line.find(" 0x", found);
    if (found == std::string_view::npos) return 0;
    found += 3;
  }
  std::uint64_t value = 0;
  std::from_chars(line.data() + found, line.data() + line.size(), value, 16);
  return value;
}

// A path that another thread of this process has passed to the kernel. Read through the kernel too: the
// thread may go on and free it meanwhile, and then this fails instead of crashing.
std::string ReadPath(std::uint64_t address) {
  char text[256];
  iovec local{text, sizeof text};
  // Up to the end of the page first: the next one may not be there.
  const std::size_t in_page = 4096 - address % 4096;
  iovec remote[] = {
      {reinterpret_cast<void*>(address), std::min(sizeof text, in_page)},
      {reinterpret_cast<void*>(address + in_page), sizeof text - std::min(sizeof text, in_page)}};
  const ssize_t length = process_vm_readv(getpid(), &local, 1, remote, 2, 0);
  if (length <= 0) return {};
  return std::string(text, strnlen(text, static_cast<std::size_t>(length)));
}

}  // namespace

void to_json(nlohmann::json& json, const SystemCall& call) {
  json = {{"name", call.name}};
  if (!call.target.empty()) json["target"] = call.target;
}

ThreadProbe::Now ParseSyscallLine(std::string_view line, const std::string& fd_directory) {
  if (line.starts_with("running")) return {ThreadProbe::Activity::kRunning, std::nullopt};
  long number = -1;
  const auto parsed = std::from_chars(line.data(), line.data() + line.size(), number);
  // "-1 <sp> <pc>" is a thread that is blocked, but not in a system call (a page fault).
  if (parsed.ec != std::errc() || number < 0) return {};
  SystemCall call{"syscall " + std::to_string(number), {}, -1};
  for (const KnownCall& known : kCalls) {
    if (known.number != number) continue;
    call.name = known.name;
    if (known.target == kFd) {
      call.descriptor = static_cast<std::int32_t>(Argument(line, 0));
      call.target = LinkTarget(fd_directory + std::to_string(call.descriptor));
    } else if (known.target != kNone) {
      call.target = ReadPath(Argument(line, known.target == kPath0 ? 0 : 1));
    }
    break;
  }
  return {ThreadProbe::Activity::kInSystemCall, std::move(call)};
}

ThreadProbe::ThreadProbe(pid_t tid)
    : tid_(tid),
      schedstat_(
          open(("/proc/self/task/" + std::to_string(tid) + "/schedstat").c_str(), O_RDONLY | O_CLOEXEC)) {}

ThreadProbe::Times ThreadProbe::ReadTimes() const {
  // "<ns on CPU> <ns in the run queue> <timeslices>"
  const auto text = ReadSmallFile(schedstat_, 128);
  if (!text) return {};
  Times times;
  const auto cpu = std::from_chars(text->data(), text->data() + text->size(), times.cpu);
  if (cpu.ec == std::errc() && cpu.ptr != text->data() + text->size()) {
    std::from_chars(cpu.ptr + 1, text->data() + text->size(), times.run_queue);
  }
  return times;
}

ThreadProbe::Now ThreadProbe::Look() const {
  const auto line = ReadSmallFile("/proc/self/task/" + std::to_string(tid_) + "/syscall", 512);
  if (!line) return {};
  return ParseSyscallLine(*line, "/proc/self/fd/");
}

}  // namespace loopdet
