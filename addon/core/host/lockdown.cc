#include "core/host/lockdown.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstddef>
#include <vector>

namespace loopdet {

namespace {

#if defined(__x86_64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
#endif

// What V8 and libuv need to run JavaScript and to read and write pipes that are open. All threads are there
// by now.
constexpr unsigned kAllowed[] = {
    SYS_read,
    SYS_readv,
    SYS_write,
    SYS_writev,
    SYS_close,
    SYS_fstat,
    SYS_mmap,
    SYS_munmap,
    SYS_mprotect,
    SYS_mremap,
    SYS_madvise,
    SYS_brk,
    SYS_futex,
    SYS_ppoll,
    SYS_epoll_pwait,
    SYS_epoll_ctl,
    SYS_clock_gettime,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_gettimeofday,
    SYS_getrandom,
    SYS_sched_yield,
    SYS_getpid,
    SYS_gettid,
    SYS_getrusage,
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_restart_syscall,
    SYS_exit,
    SYS_exit_group,
    SYS_sched_getaffinity,
    SYS_membarrier,
    SYS_set_robust_list,
    SYS_pkey_mprotect,
    SYS_pkey_alloc,
    SYS_pkey_free,
    SYS_rseq,  // by each thread as it starts, without which glibc ends the process
#if defined(__x86_64__)
    SYS_epoll_wait,
    SYS_poll,
    SYS_time,
#endif
};

constexpr sock_filter Statement(unsigned code, unsigned value) {
  return {static_cast<unsigned short>(code), 0, 0, value};
}

// The number of a call is told by the architecture's table, and x86-64 has two: x32's numbers are beyond all
// of these.
std::vector<sock_filter> Filter() {
  const sock_filter load_architecture = Statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch));
  const sock_filter load_number = Statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr));
  const sock_filter refuse = Statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
  std::vector<sock_filter> filter = {
      load_architecture, {BPF_JMP | BPF_JEQ | BPF_K, 1, 0, kArchitecture}, refuse, load_number};
  for (const unsigned number : kAllowed) {
    filter.push_back({BPF_JMP | BPF_JEQ | BPF_K, 0, 1, number});
    filter.push_back(Statement(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  }
  filter.push_back(refuse);
  return filter;
}

}  // namespace

Status LockDown() {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return Status::FromErrno("cannot lock down", "the process");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return Status::FromErrno("cannot lock down", "the process");
  std::vector<sock_filter> filter = Filter();
  const sock_fprog program = {static_cast<unsigned short>(filter.size()), filter.data()};
  // The other threads too; the number of one that cannot be is answered.
  const long thread = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
  if (thread > 0) return Status::Error("cannot lock down thread " + std::to_string(thread));
  if (thread < 0) return Status::FromErrno("cannot lock down", "the process (seccomp)");
  return {};
}

}  // namespace loopdet
