#include "core/stall/stack.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

namespace loopdet {
namespace {

constexpr const char* kOurs = "/app/node_modules/loopdet-addon/js/";

std::string Left(std::initializer_list<const char*> urls) {
  Stack stack;
  for (const char* url : urls) stack.push_back({"f", url, 1, 1});
  DropCallsFrom(kOurs, stack);
  std::string left;
  for (const StackEntry& entry : stack) left += entry.url + " ";
  return left;
}

const std::string kSummary = std::string(kOurs) + "summary.js";

TEST(DropCallsFrom, TakesOursFromTheTop) {
  EXPECT_EQ(Left({kSummary.c_str(), kSummary.c_str(), "/app/a.js", "node:fs"}), "/app/a.js node:fs ");
}

TEST(DropCallsFrom, TakesWhatOursHasCalledOfNodes) {
  const char* summary = kSummary.c_str();
  EXPECT_EQ(Left({"node:vm", summary, "node:internal/loader", summary, "node:internal/main"}),
            "node:internal/main ");
}

TEST(DropCallsFrom, LeavesWhatTheProgramDoesThoughOursHasCalledIt) {
  const char* summary = kSummary.c_str();
  EXPECT_EQ(Left({"node:fs", "/app/a.js", "node:events", summary}),
            "node:fs /app/a.js node:events " + kSummary + " ");
  EXPECT_EQ(Left({"", summary}), " " + kSummary + " ");
}

TEST(DropCallsFrom, LeavesNodesOwnAndNothing) {
  EXPECT_EQ(Left({"node:timers"}), "node:timers ");
  EXPECT_EQ(Left({}), "");
}

bool InProgram(std::initializer_list<const char*> urls) {
  Stack stack;
  for (const char* url : urls) stack.push_back({"f", url, 1, 1});
  return IsInProgram(kOurs, stack);
}

TEST(IsInProgram, WhereItRunsOrWhatItHasCalledOfNodes) {
  EXPECT_TRUE(InProgram({"/app/a.js", "node:internal/timers"}));
  EXPECT_TRUE(InProgram({"/app/node_modules/a/index.js"}));
  EXPECT_TRUE(InProgram({"node:internal/fs/utils", "node:fs", "/app/a.js", kSummary.c_str()}));
  EXPECT_TRUE(InProgram({""}));  // of eval
}

TEST(IsInProgram, NotWhereWeRun) {
  EXPECT_FALSE(InProgram({kSummary.c_str(), "/app/a.js"}));
  EXPECT_FALSE(InProgram({"node:fs", kSummary.c_str(), "/app/a.js"}));
}

TEST(IsInProgram, NotInNodesOwnLoopOrTimers) {
  EXPECT_FALSE(InProgram({"node:internal/process/task_queues"}));
  EXPECT_FALSE(InProgram({"node:internal/async_context_frame", "node:internal/timers", "/app/a.js"}));
  EXPECT_FALSE(InProgram({"node:timers", "/app/a.js"}));
  EXPECT_FALSE(InProgram({}));
}

TEST(IsInUncaughtHandler, UnderNodesOwn) {
  const StackEntry node{"", "node:internal/process/execution", 188, 1};
  const StackEntry emit{"emit", "node:events", 1, 1};
  const StackEntry program{"", "/app/a.js", 1, 1};
  EXPECT_TRUE(IsInUncaughtHandler({program, emit, node}));
  // A capture callback; a microtask or a rejection has frames below.
  EXPECT_TRUE(IsInUncaughtHandler({program, program, node, {"f", "node:internal/process/promises", 1, 1}}));
  EXPECT_FALSE(IsInUncaughtHandler({program, emit, {"", "node:internal/timers", 1, 1}}));
  EXPECT_FALSE(IsInUncaughtHandler({node}));
  EXPECT_FALSE(IsInUncaughtHandler({}));
}

TEST(IsInUncaughtHandler, NotInEvaluatedText) {
  EXPECT_FALSE(IsInUncaughtHandler({{"", "[eval]", 1, 1},
                                    {"runScriptInThisContext", "node:internal/vm", 1, 1},
                                    {"", "node:internal/process/execution", 1, 1},
                                    {"", "[eval]-wrapper", 1, 1},
                                    {"runScriptInContext", "node:internal/process/execution", 1, 1}}));
}

}  // namespace
}  // namespace loopdet
