#include "core/host/thread_probe.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

namespace loopdet {
namespace {

std::string Line(long number, std::uint64_t first, std::uint64_t second = 0) {
  char text[256];
  std::snprintf(text, sizeof text, "%ld 0x%lx 0x%lx 0x0 0x0 0x0 0x0 0x7ffc0 0x7f00\n", number, first, second);
  return text;
}

TEST(ParseSyscallLine, RunningIsNoCall) {
  const auto seen = ParseSyscallLine("running\n", "/proc/self/fd/");
  EXPECT_EQ(seen.activity, ThreadProbe::Activity::kRunning);
  EXPECT_FALSE(seen.call);
}

TEST(ParseSyscallLine, BlockedOutsideACallIsUnknown) {
  EXPECT_EQ(ParseSyscallLine("-1 0x7ffc 0x7f00\n", "").activity, ThreadProbe::Activity::kUnknown);
  EXPECT_EQ(ParseSyscallLine("", "").activity, ThreadProbe::Activity::kUnknown);
  EXPECT_EQ(ParseSyscallLine("nonsense", "").activity, ThreadProbe::Activity::kUnknown);
}

TEST(ParseSyscallLine, NamesTheCallAndTheFileOfItsDescriptor) {
  const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const auto seen = ParseSyscallLine(Line(SYS_read, static_cast<std::uint64_t>(fd)), "/proc/self/fd/");
  close(fd);
  ASSERT_TRUE(seen.call);
  EXPECT_EQ(seen.call->name, "read");
  EXPECT_EQ(seen.call->target, "/dev/null");
  EXPECT_EQ(seen.call->descriptor, fd);
}

TEST(ParseSyscallLine, NamesThePathOfACallThatTakesOne) {
  const char* path = "/some/path";
  const auto seen = ParseSyscallLine(Line(SYS_openat, 0, reinterpret_cast<std::uint64_t>(path)), "");
  EXPECT_EQ(seen.call->target, "/some/path");
}

TEST(ParseSyscallLine, APathThatIsGoneIsLeftOut) {
  const auto seen = ParseSyscallLine(Line(SYS_openat, 0, 0x10), "");
  EXPECT_EQ(seen.call->name, "openat");
  EXPECT_EQ(seen.call->target, "");
}

TEST(ParseSyscallLine, ShowsAnUnknownCallByItsNumber) {
  EXPECT_EQ(ParseSyscallLine(Line(4095, 0), "").call->name, "syscall 4095");
}

TEST(ThreadProbe, SeesAnotherThreadBlockedInARead) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  std::atomic<pid_t> tid{0};
  std::thread reader([&] {
    tid = static_cast<pid_t>(syscall(SYS_gettid));
    char byte = 0;
    EXPECT_EQ(read(ends[0], &byte, 1), 1);
  });
  while (tid == 0) std::this_thread::yield();
  const ThreadProbe probe(tid);
  ThreadProbe::Now seen;
  do seen = probe.Look();
  while (!seen.call || seen.call->name != "read");
  EXPECT_TRUE(seen.call->target.starts_with("pipe:")) << seen.call->target;
  EXPECT_EQ(write(ends[1], "x", 1), 1);
  reader.join();
  close(ends[0]);
  close(ends[1]);
}

TEST(ThreadProbe, TimeOnCpuGrowsWhileTheThreadRuns) {
  const ThreadProbe probe(static_cast<pid_t>(syscall(SYS_gettid)));
  const MonoNanos before = probe.ReadTimes().cpu;
  MonoNanos now = before;
  // Ends as soon as the kernel has counted 2 ms; a kernel without schedstat would show 0 for ever.
  for (const MonoNanos give_up = MonotonicNow() + 2'000'000'000;
       now < before + 2'000'000 && MonotonicNow() < give_up;) {
    now = probe.ReadTimes().cpu;
  }
  EXPECT_GE(now, before + 2'000'000);
}

TEST(ThreadProbe, AThreadThatIsGoneGivesNothing) {
  const ThreadProbe probe(1 << 30);
  EXPECT_EQ(probe.ReadTimes().cpu, 0);
  EXPECT_FALSE(probe.Look().call);
}

}  // namespace
}  // namespace loopdet
