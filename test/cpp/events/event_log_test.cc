#include "core/events/event_log.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

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

}  // namespace
}  // namespace loopdet
