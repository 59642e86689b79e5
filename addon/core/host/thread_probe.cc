#include "core/host/thread_probe.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>
#include <cstdint>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/base/files.h"

namespace loopdet {

namespace {

struct KnownCall {
  long number;
  const char* name;
  bool first_argument_is_fd;
};

// The calls a loop's thread is found blocked in. Others are shown by number.
constexpr KnownCall kCalls[] = {
    {SYS_read, "read", true},
    {SYS_write, "write", true},
    {SYS_pread64, "pread64", true},
    {SYS_pwrite64, "pwrite64", true},
    {SYS_readv, "readv", true},
    {SYS_writev, "writev", true},
    {SYS_preadv, "preadv", true},
    {SYS_pwritev, "pwritev", true},
    {SYS_openat, "openat", false},
    {SYS_close, "close", true},
    {SYS_fstat, "fstat", true},
    {SYS_newfstatat, "newfstatat", false},
    {SYS_statx, "statx", false},
    {SYS_getdents64, "getdents64", true},
    {SYS_fsync, "fsync", true},
    {SYS_fdatasync, "fdatasync", true},
    {SYS_ftruncate, "ftruncate", true},
    {SYS_fallocate, "fallocate", true},
    {SYS_flock, "flock", true},
    {SYS_fcntl, "fcntl", true},
    {SYS_ioctl, "ioctl", true},
    {SYS_unlinkat, "unlinkat", false},
    {SYS_renameat, "renameat", false},
    {SYS_renameat2, "renameat2", false},
    {SYS_mkdirat, "mkdirat", false},
    {SYS_copy_file_range, "copy_file_range", true},
    {SYS_sendfile, "sendfile", true},
    {SYS_splice, "splice", true},
    {SYS_futex, "futex", false},
    {SYS_nanosleep, "nanosleep", false},
    {SYS_clock_nanosleep, "clock_nanosleep", false},
    {SYS_ppoll, "ppoll", false},
    {SYS_pselect6, "pselect6", false},
    {SYS_epoll_pwait, "epoll_pwait", true},
    {SYS_wait4, "wait4", false},
    {SYS_waitid, "waitid", false},
    {SYS_connect, "connect", true},
    {SYS_accept, "accept", true},
    {SYS_accept4, "accept4", true},
    {SYS_recvfrom, "recvfrom", true},
    {SYS_recvmsg, "recvmsg", true},
    {SYS_sendto, "sendto", true},
    {SYS_sendmsg, "sendmsg", true},
    {SYS_execve, "execve", false},
    {SYS_clone, "clone", false},
    {SYS_madvise, "madvise", false},
    {SYS_mmap, "mmap", false},
    {SYS_munmap, "munmap", false},
    {SYS_mprotect, "mprotect", false},
    {SYS_getrandom, "getrandom", false},
#ifdef SYS_open
    {SYS_open, "open", false},
    {SYS_stat, "stat", false},
    {SYS_lstat, "lstat", false},
    {SYS_poll, "poll", false},
    {SYS_select, "select", false},
    {SYS_epoll_wait, "epoll_wait", true},
    {SYS_vfork, "vfork", false},
    {SYS_fork, "fork", false},
    {SYS_unlink, "unlink", false},
    {SYS_rename, "rename", false},
    {SYS_mkdir, "mkdir", false},
    {SYS_rmdir, "rmdir", false},
    {SYS_readlink, "readlink", false},
#endif
};

std::string LinkTarget(const std::string& path) {
  char target[4096];
  const ssize_t length = readlink(path.c_str(), target, sizeof target);
  return length < 0 ? std::string() : std::string(target, static_cast<std::size_t>(length));
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
  SystemCall call{"syscall " + std::to_string(number), {}};
  for (const KnownCall& known : kCalls) {
    if (known.number != number) continue;
    call.name = known.name;
    const std::size_t argument = line.find(" 0x");
    if (!known.first_argument_is_fd || argument == std::string_view::npos) break;
    std::uint64_t fd = 0;
    const char* digits = line.data() + argument + 3;
    std::from_chars(digits, line.data() + line.size(), fd, 16);
    call.target = LinkTarget(fd_directory + std::to_string(static_cast<std::int32_t>(fd)));
    break;
  }
  return {ThreadProbe::Activity::kInSystemCall, std::move(call)};
}

ThreadProbe::ThreadProbe(pid_t tid)
    : tid_(tid),
      schedstat_(open(("/proc/self/task/" + std::to_string(tid) + "/schedstat").c_str(), O_RDONLY | O_CLOEXEC)) {}

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
