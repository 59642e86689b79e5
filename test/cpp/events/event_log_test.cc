#include "core/events/event_log.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "core/base/clock.h"
#include "core/base/signals_blocked.h"
#include "core/base/unique_fd.h"

namespace loopdet {
namespace {

using nlohmann::json;

const json kStack = {{{"functionName", "read"}, {"url", "node:fs"}, {"line", 1}, {"column", 2}},
                     {{"functionName", "load"}, {"url", "/app/a.js"}, {"line", 3}, {"column", 4}}};

TEST(EventAsText, LagNamesTheProgramsOwnFunction) {
  const json event = {
      {"event", "lag"}, {"threadId", 0}, {"durationMs", 120.34}, {"cause", "js"}, {"stack", kStack}};
  EXPECT_EQ(EventAsText(event), "loopdet: lag 120.3 ms (js) in load (/app/a.js:3:4)");
}

TEST(EventAsText, StallNamesTheSystemCallAndItsFile) {
  const json event = {{"event", "stall"},       {"threadId", 2},
                      {"sinceMs", 60.0},        {"cause", "syscall"},
                      {"stack", json::array()}, {"syscall", {{"name", "read"}, {"target", "pipe:[1]"}}}};
  EXPECT_EQ(EventAsText(event),
            "loopdet: [worker 2] stall for 60.0 ms and still on (syscall), in system call read on pipe:[1]");
}

TEST(EventAsText, SlowIoNamesTargetResultAndCaller) {
  json event = {{"event", "slow-io"}, {"threadId", 0},    {"kind", "http"},
                {"method", "GET"},    {"status", 503},    {"target", "GET api.example.com/users"},
                {"stack", kStack},    {"durationMs", 812}};
  EXPECT_EQ(EventAsText(event),
            "loopdet: slow http 812.0 ms GET api.example.com/users (503) in load (/app/a.js:3:4)");
  event.update({{"kind", "fs"}, {"method", "readFile"}, {"target", "/etc/x"}, {"error", "ENOENT"}});
  EXPECT_EQ(EventAsText(event), "loopdet: slow fs 812.0 ms readFile /etc/x (ENOENT) in load (/app/a.js:3:4)");
}

TEST(EventAsText, LagNamesTheOperationThatBlockedLongest) {
  const json event = {{"event", "lag"},
                      {"threadId", 0},
                      {"durationMs", 300},
                      {"cause", "syscall"},
                      {"stack", json::array()},
                      {"io",
                       {{{"kind", "fs"}, {"method", "statSync"}, {"target", "/a"}, {"durationMs", 2}},
                        {{"kind", "fs"}, {"method", "readSync"}, {"target", "fd 7"}, {"durationMs", 290}}}}};
  EXPECT_EQ(EventAsText(event), "loopdet: lag 300.0 ms (syscall), in readSync fd 7");
}

TEST(EventAsText, AnUnknownKindIsShownWhole) {
  EXPECT_EQ(EventAsText({{"event", "new"}, {"x", 1}}), R"(loopdet: {"event":"new","x":1})");
}

TEST(ToText, BytesThatAreNotUtf8BecomeReplacementCharacters) {
  EXPECT_EQ(ToText(json("a\xff")), "\"a\xef\xbf\xbd\"");
}

// stderr is a socket that does not block.
class EventLogTest : public testing::Test {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    reader_ = UniqueFd(ends[0]);
    const UniqueFd writer(ends[1]);
    stderr_ = UniqueFd(dup(STDERR_FILENO));
    ASSERT_GE(dup2(writer.get(), STDERR_FILENO), 0);
  }
  void TearDown() override { dup2(stderr_.get(), STDERR_FILENO); }

  // Until nothing more comes.
  std::size_t ReadLines() {
    std::size_t lines = 0;
    char bytes[65536];
    pollfd in{reader_.get(), POLLIN, 0};
    while (poll(&in, 1, 1000) > 0) {
      const ssize_t got = read(reader_.get(), bytes, sizeof bytes);
      if (got <= 0) break;
      lines += static_cast<std::size_t>(std::count(bytes, bytes + got, '\n'));
    }
    return lines;
  }

  // More than the socket holds.
  static constexpr std::size_t kLines = 100;
  const std::string line_ = std::string(10'000, 'x');
  EventLog log_{LogFormat::kOff, false};
  UniqueFd reader_;
  UniqueFd stderr_;
};

TEST_F(EventLogTest, SignalsWhileTheReaderIsBusyLoseNoLine) {
  // As a CPU profile's.
  struct sigaction action {};
  action.sa_handler = [](int) {};
  ASSERT_EQ(sigaction(SIGALRM, &action, nullptr), 0);
  std::size_t lines = 0;
  std::thread reader;
  {
    const AllSignalsBlocked blocked;
    reader = std::thread([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      lines = ReadLines();
    });
  }
  const itimerval often{{0, 1000}, {0, 1000}};
  setitimer(ITIMER_REAL, &often, nullptr);
  for (std::size_t i = 0; i < kLines; ++i) log_.Notice(line_);
  const itimerval never{};
  setitimer(ITIMER_REAL, &never, nullptr);
  reader.join();
  EXPECT_EQ(lines, kLines);
}

TEST_F(EventLogTest, AReaderThatSleepsIsWaitedForOnce) {
  const MonoNanos began = MonotonicNow();
  for (std::size_t i = 0; i < kLines; ++i) log_.Notice(line_);
  // A tenth of a second is the patience with one line.
  EXPECT_LT(ToMs(MonotonicNow() - began), 0.5 * 100 * kLines);
  EXPECT_LT(ReadLines(), kLines);
  for (std::size_t i = 0; i < 3; ++i) log_.Notice(line_);
  EXPECT_EQ(ReadLines(), 3U);
}

}  // namespace
}  // namespace loopdet
