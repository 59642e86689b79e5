#include "core/stall/sample_request.h"

#include <gtest/gtest.h>

#include <thread>

namespace loopdet {
namespace {

constexpr MonoNanos kMs = 1'000'000;

TEST(SampleRequestTest, GivesAnAnswerOnceAndIsFreeAgain) {
  SampleRequest request;
  EXPECT_TRUE(request.IsFree());
  EXPECT_EQ(request.AskedTurn(), std::nullopt);
  request.Ask(7, 3 * kMs);
  EXPECT_TRUE(request.IsUnanswered());
  EXPECT_FALSE(request.Take().has_value());
  EXPECT_EQ(request.AskedTurn(), 7U);
  request.Reply({{"login", "/app/routes.js", 3, 7}}, 7 * kMs, 8 * kMs);
  EXPECT_FALSE(request.IsUnanswered());
  EXPECT_FALSE(request.IsFree());
  const auto answer = request.Take();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->turn, 7U);
  EXPECT_EQ(answer->ran, 4 * kMs);
  EXPECT_EQ(answer->ended, 8 * kMs);
  EXPECT_EQ(answer->stack.front().function_name, "login");
  EXPECT_TRUE(request.IsFree());
  EXPECT_FALSE(request.Take().has_value());
}

TEST(SampleRequestTest, ADeclinedQuestionHasNoAnswer) {
  SampleRequest request;
  request.Ask(7, 0);
  request.Decline();
  EXPECT_TRUE(request.IsFree());
  EXPECT_FALSE(request.Take().has_value());
}

TEST(SampleRequestTest, NoAnswerIsLostBetweenTwoThreads) {
  constexpr TurnId kQuestions = 20'000;
  SampleRequest request;
  std::thread loop([&request] {
    for (TurnId last = 0; last < kQuestions;) {
      const auto turn = request.AskedTurn();
      if (!turn) continue;
      last = *turn;
      request.Reply({{"f", "/app/a.js", static_cast<int>(last), 1}}, 0, 0);
    }
  });
  for (TurnId turn = 1; turn <= kQuestions; ++turn) {
    request.Ask(turn, 0);
    auto answer = request.Take();
    while (!answer) answer = request.Take();
    ASSERT_EQ(answer->turn, turn);
    ASSERT_EQ(answer->stack.front().line, static_cast<int>(turn));
  }
  loop.join();
}

}  // namespace
}  // namespace loopdet
