#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "../blackbox/box_file.h"

namespace loopdet {
namespace {

TEST(ReserveTest, WhatIsReservedIsTheWritersOwnWhateverOthersDo) {
  const BoxFile file("loopdet_reserve");
  const auto box = file.Make(TinyLayout());
  RecordWriter late(*box);
  ASSERT_TRUE(late.Reserve(600));
  // Others take every chunk that there is.
  std::vector<std::unique_ptr<RecordWriter>> others;
  do {
    others.push_back(std::make_unique<RecordWriter>(*box));
  } while (others.back()->Append(RecordType::kNote, 0, std::string(900, 'x')));
  EXPECT_TRUE(late.Append(RecordType::kNote, 3, std::string(600, 'y')));
  const BoxContents contents = file.Read();
  ASSERT_FALSE(contents.records.empty());
  EXPECT_EQ(contents.records.back().type, RecordType::kNote);
  EXPECT_EQ(contents.records.back().payload, std::string(600, 'y'));
}

TEST(ReserveTest, TakesANewChunkOnlyWhenTheOldOneIsTooFull) {
  const BoxFile file("loopdet_reserve_again");
  const auto box = file.Make(TinyLayout());
  RecordWriter writer(*box);
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(writer.Reserve(300));
  ASSERT_TRUE(writer.Append(RecordType::kNote, 0, "first"));
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(writer.Reserve(300));
  EXPECT_EQ(file.Read().records.size(), 1U);
  EXPECT_EQ(file.Read().records.front().payload, "first");
}

TEST(ReserveTest, SaysThatNoChunkIsFree) {
  const BoxFile file("loopdet_reserve_none");
  const auto box = file.Make(TinyLayout());
  std::vector<std::unique_ptr<RecordWriter>> others;
  do {
    others.push_back(std::make_unique<RecordWriter>(*box));
  } while (others.back()->Append(RecordType::kNote, 0, std::string(900, 'x')));
  RecordWriter writer(*box);
  EXPECT_FALSE(writer.Reserve(10));
}

}  // namespace
}  // namespace loopdet
