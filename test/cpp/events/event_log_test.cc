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

TEST(EventAsText, AnUnknownKindIsShownWhole) {
  EXPECT_EQ(EventAsText({{"event", "new"}, {"x", 1}}), R"(loopdet: {"event":"new","x":1})");
}

TEST(ToText, BytesThatAreNotUtf8BecomeReplacementCharacters) {
  EXPECT_EQ(ToText(json("a\xff")), "\"a\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace loopdet
