#include "core/io/io_table.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace loopdet {
namespace {

constexpr MonoNanos kMs = 1'000'000;
constexpr int kHttp = 0;
constexpr int kFs = 5;

class IoTableTest : public testing::Test {
 protected:
  std::vector<IoSlot> slots_ = std::vector<IoSlot>(8);
  IoTable table_{slots_};
};

TEST_F(IoTableTest, MeasuresFromBeginToEnd) {
  const auto token = table_.Begin(kHttp, "GET", "GET api.example.com/users", false, 10 * kMs);
  ASSERT_NE(token, 0U);
  EXPECT_EQ(table_.live(), 1U);
  EXPECT_EQ(table_.End(token, 30 * kMs), 20 * kMs);
  EXPECT_EQ(table_.live(), 0U);
}

TEST_F(IoTableTest, AnOperationEndsOnce) {
  const auto token = table_.Begin(kHttp, "", "a", false, 1);
  EXPECT_TRUE(table_.End(token, 2).has_value());
  EXPECT_FALSE(table_.End(token, 3).has_value());
  // Its slot is used again, and the old token is no good for that.
  const auto next = table_.Begin(kHttp, "", "b", false, 4);
  EXPECT_NE(next, token);
  EXPECT_FALSE(table_.End(token, 5).has_value());
  EXPECT_TRUE(table_.End(next, 5).has_value());
}

TEST_F(IoTableTest, TokensThatItNeverGaveAreNoGood) {
  EXPECT_FALSE(table_.End(0, 1).has_value());
  EXPECT_FALSE(table_.End(12345678, 1).has_value());
  EXPECT_FALSE(table_.End(~IoTable::Token{0}, 1).has_value());
}

TEST_F(IoTableTest, TokensOfAnEarlierTableAreNoGood) {
  const auto old = table_.Begin(kHttp, "", "a", false, 1);
  std::vector<IoSlot> slots(8);
  IoTable next(slots, table_.FirstOfNext());
  const auto token = next.Begin(kHttp, "", "b", false, 2);
  EXPECT_FALSE(next.End(old, 3).has_value());
  EXPECT_TRUE(next.End(token, 3).has_value());
  // That operation may still go on.
  EXPECT_NE(next.FirstOfNext(), 0U);
  table_.End(old, 4);
  EXPECT_EQ(table_.FirstOfNext(), 0U);
}

TEST_F(IoTableTest, ReadsWhatIsUnderWayOldestFirst) {
  table_.Begin(kFs, "readFile", "/etc/hosts", false, 30);
  const auto ended = table_.Begin(kHttp, "GET", "GET b", false, 5);
  table_.Begin(kHttp, "GET", "GET a", false, 10);
  table_.Begin(kFs, "readFileSync", "/dev/slow", true, 20);
  table_.End(ended, 40);
  const auto all = table_.Read(10);
  ASSERT_EQ(all.size(), 3U);
  EXPECT_EQ(all[0].target, "GET a");
  EXPECT_EQ(all[1].method, "readFileSync");
  EXPECT_EQ(all[1].target, "/dev/slow");
  EXPECT_TRUE(all[1].sync);
  EXPECT_EQ(all[1].kind, kFs);
  EXPECT_EQ(all[2].began, 30);
  EXPECT_EQ(table_.Read(1).size(), 1U);
  EXPECT_EQ(table_.Read(1)[0].target, "GET a");
}

TEST_F(IoTableTest, FindsTheOneThatBlocksBehindManyOlderOnes) {
  for (int i = 0; i < 5; ++i) table_.Begin(kHttp, "", "x", false, i + 1);
  table_.Begin(kFs, "readSync", "fd 7", true, 100);
  const auto blocking = table_.Read(2, true);
  ASSERT_EQ(blocking.size(), 1U);
  EXPECT_EQ(blocking[0].target, "fd 7");
}

TEST_F(IoTableTest, AFullTableCountsWhatItDrops) {
  for (std::size_t i = 0; i < slots_.size(); ++i) EXPECT_NE(table_.Begin(kHttp, "", "x", false, 1), 0U);
  EXPECT_EQ(table_.Begin(kHttp, "", "one too many", false, 1), 0U);
  EXPECT_EQ(table_.dropped(), 1U);
  EXPECT_EQ(table_.live(), slots_.size());
  EXPECT_EQ(table_.Read(100).size(), slots_.size());
}

TEST_F(IoTableTest, ATableWithoutMemoryOnlyCounts) {
  IoTable none({});
  EXPECT_EQ(none.Begin(kHttp, "", "x", false, 1), 0U);
  EXPECT_EQ(none.dropped(), 1U);
  EXPECT_TRUE(none.Read(10).empty());
}

TEST_F(IoTableTest, LongTextsAreCutBetweenCharacters) {
  std::string target(IoSlot::kText - 1, 'a');
  target += "\xc3\xa4";  // two bytes, of which one would fit
  table_.Begin(kHttp, "", target, false, 1);
  EXPECT_EQ(table_.Read(1)[0].target, std::string(IoSlot::kText - 1, 'a'));
  table_.Begin(kHttp, std::string(60, 'm'), target, false, 2);
  const auto second = table_.Read(2)[1];
  EXPECT_EQ(second.method.size() + second.target.size(), IoSlot::kText);
}

TEST_F(IoTableTest, TheSlotUsedLastIsUsedNext) {
  for (int i = 0; i < 1000; ++i) table_.End(table_.Begin(kHttp, "", "x", false, 1), 2);
  const auto token = table_.Begin(kHttp, "", "x", false, 1);
  EXPECT_EQ(token & (IoTable::kMaxSlots - 1), 0U);
}

TEST_F(IoTableTest, AReaderOnAnotherThreadSeesWholeOperationsOnly) {
  std::atomic<bool> stop{false};
  std::thread reader([this, &stop] {
    while (!stop) {
      for (const auto& operation : table_.Read(10)) {
        ASSERT_EQ(operation.method.size(), static_cast<std::size_t>(operation.kind));
        ASSERT_EQ(operation.target, std::string(static_cast<std::size_t>(operation.began), 't'));
      }
    }
  });
  for (int i = 0; i < 100'000; ++i) {
    const int length = i % 20;
    const auto token =
        table_.Begin(length, std::string(static_cast<std::size_t>(length), 'm'),
                     std::string(static_cast<std::size_t>(length) + 1, 't'), false, length + 1);
    table_.End(token, 50);
  }
  stop = true;
  reader.join();
}

}  // namespace
}  // namespace loopdet
