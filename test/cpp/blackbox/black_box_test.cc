#include "core/blackbox/black_box.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <atomic>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "box_file.h"

namespace loopdet {
namespace {

using nlohmann::json;

constexpr BoxLayout kSmall{200 << 10, 2, 16 << 10, 4 << 10};

// 100 bytes and more that say which record this is, so that one made of two is seen.
std::string Payload(std::uint32_t thread, std::uint64_t number) {
  std::string text =
      "{\"thread\":" + std::to_string(thread) + ",\"n\":" + std::to_string(number) + ",\"pad\":\"";
  text.append(80 + number % 50, static_cast<char>('a' + number % 26));
  return text + "\"}";
}

std::uint64_t NumberOf(const BoxContents::Record& record) {
  return json::parse(record.payload).at("n").get<std::uint64_t>();
}

TEST(BlackBoxTest, WhatWasWrittenIsReadBack) {
  const BoxFile file("round-trip");
  const auto box = file.Make(BoxLayout{}, R"({"argv":["node","app.js"]})");
  ASSERT_NE(box, nullptr);
  auto area = box->ClaimThread(3);
  ASSERT_TRUE(area.has_value());
  area->heartbeat().PollBegan(17, 1000, 900);
  HeapGauges heap;
  heap.heap_used = 5;
  heap.gc_nanos = 6;
  area->SetHeap(heap);
  area->SetStall(R"({"sinceMs":12})");
  IoTable table(area->slots());
  table.Begin(5, "readFile", "/etc/hosts", true, 2000);
  table.Begin(0, "GET", "GET a", false, 1500);
  Gauges gauges;
  gauges.rss = 123;
  gauges.spare[7] = 9;
  box->SetGauges(gauges);
  box->SetState(BoxState::kExited, 7);
  RecordWriter writer(*box);
  const MonoNanos now = MonotonicNow();
  EXPECT_TRUE(writer.Append(RecordType::kLag, 3, R"({"a":1})", now));
  EXPECT_TRUE(writer.Append(RecordType::kNote, 0, "", now + 1));

  const BoxContents read = file.Read();
  EXPECT_TRUE(IsWhole(read.damage));
  EXPECT_EQ(read.header.pid, static_cast<std::uint64_t>(getpid()));
  EXPECT_NE(read.header.start_ticks, 0U);
  EXPECT_EQ(read.state, BoxState::kExited);
  EXPECT_EQ(read.detail, 7U);
  EXPECT_EQ(read.identity, R"({"argv":["node","app.js"]})");
  ASSERT_TRUE(read.gauges.has_value());
  EXPECT_EQ(read.gauges->rss, 123U);
  EXPECT_EQ(read.gauges->spare[7], 9U);
  ASSERT_EQ(read.threads.size(), 1U);
  const auto& thread = read.threads[0];
  EXPECT_EQ(thread.thread_id, 3U);
  ASSERT_TRUE(thread.heartbeat.has_value());
  EXPECT_EQ(thread.heartbeat->turn, 17U);
  EXPECT_TRUE(thread.heartbeat->polling);
  EXPECT_EQ(thread.heartbeat->since, 1000);
  EXPECT_EQ(thread.heartbeat->idle_before, 900);
  ASSERT_TRUE(thread.heap.has_value());
  EXPECT_EQ(thread.heap->heap_used, 5U);
  EXPECT_EQ(thread.heap->gc_nanos, 6U);
  EXPECT_EQ(thread.stall, R"({"sinceMs":12})");
  ASSERT_EQ(thread.in_flight.size(), 2U);
  EXPECT_EQ(thread.in_flight[0].target, "GET a");
  EXPECT_EQ(thread.in_flight[1].method, "readFile");
  EXPECT_EQ(thread.in_flight[1].target, "/etc/hosts");
  EXPECT_EQ(thread.in_flight[1].kind, 5);
  EXPECT_TRUE(thread.in_flight[1].sync);
  ASSERT_EQ(read.records.size(), 2U);
  EXPECT_EQ(read.records[0].type, RecordType::kLag);
  EXPECT_EQ(read.records[0].thread_id, 3U);
  EXPECT_EQ(read.records[0].time, now);
  EXPECT_EQ(read.records[0].sequence, 1U);
  EXPECT_EQ(read.records[0].payload, R"({"a":1})");
  EXPECT_EQ(read.records[1].payload, "");
}

TEST(BlackBoxTest, TheJsonHoldsEverything) {
  const BoxFile file("json");
  const auto box = file.Make(TinyLayout(), R"({"argv":[]})");
  auto area = box->ClaimThread(0);
  area->heartbeat().TurnBegan(4, 5);
  area->SetStall(R"({"sinceMs":12})");
  IoTable(area->slots()).Begin(5, "read", "\xff", true, 2000);
  const MonoNanos now = MonotonicNow();
  box->SetGauges({});
  RecordWriter writer(*box);
  writer.Append(RecordType::kSlowIo, 0, R"({"a":[1]})", now);
  writer.Append(RecordType::kNote, 0, "no json \xc3", now);
  const std::string deep = std::string(400, '[') + std::string(400, ']');
  writer.Append(static_cast<RecordType>(999), 0, deep, now);
  box->SetState(BoxState::kSignalled, 15);

  const json all = json::parse(ToJson(file.Read()).dump());  // dump throws at what is not UTF-8
  EXPECT_EQ(all["header"]["identity"], json::parse(R"({"argv":[]})"));
  EXPECT_EQ(all["header"]["pid"], getpid());
  EXPECT_EQ(all["header"]["bootId"].get<std::string>().size(), 36U);
  EXPECT_EQ(all["state"]["name"], "signalled");
  EXPECT_EQ(all["state"]["detail"], 15);
  const json& thread = all["threads"][0];
  EXPECT_EQ(thread["threadId"], 0);
  EXPECT_EQ(thread["heartbeat"]["turn"], 4);
  EXPECT_EQ(thread["heap"], nullptr);
  EXPECT_EQ(thread["stall"]["sinceMs"], 12);
  EXPECT_EQ(thread["inFlight"][0],
            json({{"kind", 5}, {"method", "read"}, {"target", "\uFFFD"}, {"began", 2000}, {"sync", true}}));
  const json& records = all["records"];
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0]["type"], "slowIo");
  EXPECT_EQ(records[0]["payload"]["a"][0], 1);
  EXPECT_EQ(records[0]["timeNs"], now);
  // Both taken from the clocks in this second; a step of the wall clock between them is not our promise.
  EXPECT_EQ(records[0]["wallTime"].get<std::string>().substr(0, 10), IsoTime(now).substr(0, 10));
  EXPECT_EQ(records[1]["payload"], "no json \uFFFD");
  // Too deep for whoever prints it by recursion.
  EXPECT_EQ(records[2]["type"], "other");
  EXPECT_EQ(records[2]["payload"], deep);
  EXPECT_EQ(all["damage"]["badRecords"], 0);
}

TEST(BlackBoxTest, TheFileIsPrivateAndWholeOnTheDisk) {
  const BoxFile file("private");
  const auto box = file.Make(kSmall);
  struct stat info {};
  ASSERT_EQ(stat(file.path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  EXPECT_EQ(info.st_size, 200 << 10);
  EXPECT_GE(info.st_blocks * 512, 200 << 10);
  EXPECT_TRUE(box->Remove().ok());
  EXPECT_FALSE(std::filesystem::exists(file.path()));
  // The memory stays valid.
  RecordWriter writer(*box);
  EXPECT_TRUE(writer.Append(RecordType::kNote, 0, "x"));
}

TEST(BlackBoxTest, AFileOrLinkOfThatNameIsNotTouched) {
  const BoxFile file("exists");
  std::unique_ptr<BlackBox> box;
  std::ofstream(file.path()) << "theirs";
  const Status taken = BlackBox::Create(file.path(), kSmall, "{}", box);
  EXPECT_NE(taken.message().find(file.path()), std::string::npos);
  EXPECT_NE(taken.message().find("move it away"), std::string::npos);
  EXPECT_EQ(std::filesystem::file_size(file.path()), 6U);
  std::filesystem::remove(file.path());
  const BoxFile target("target");
  std::filesystem::create_symlink(target.path(), file.path());
  EXPECT_FALSE(BlackBox::Create(file.path(), kSmall, "{}", box).ok());
  EXPECT_FALSE(std::filesystem::exists(target.path()));
  EXPECT_EQ(box, nullptr);
}

TEST(BlackBoxTest, ADirectoryThatIsMissingIsNamedWithARemedy) {
  std::unique_ptr<BlackBox> box;
  const Status made = BlackBox::Create("/nonexistent/black.ring", kSmall, "{}", box);
  EXPECT_NE(made.message().find("/nonexistent/black.ring"), std::string::npos);
  EXPECT_NE(made.message().find("LOOPDET_DIR"), std::string::npos);
}

TEST(BlackBoxTest, SizesThatMakeNoBoxAreRefused) {
  const BoxFile file("sizes");
  std::unique_ptr<BlackBox> box;
  for (const BoxLayout& layout :
       {BoxLayout{0, 1, 16 << 10, 1 << 10}, BoxLayout{30 << 10, 1, 16 << 10, 4 << 10},
        BoxLayout{200 << 10, 65, 16 << 10, 1 << 10}, BoxLayout{200 << 10, 1, 12 << 10, 1 << 10},
        BoxLayout{200 << 10, 1, 16 << 10, 1001}, BoxLayout{std::uint64_t{1} << 62, 1, 16 << 10, 1 << 10}}) {
    EXPECT_FALSE(BlackBox::Create(file.path(), layout, "{}", box).ok());
    EXPECT_FALSE(std::filesystem::exists(file.path()));
  }
}

// What `body` returns in a child; -1 if that ended otherwise.
template <typename Body>
int OfChild(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(static_cast<int>(body()));
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(BlackBoxTest, ALimitOfFileSizesIsAnErrorAndNoSignal) {
  const BoxFile file("limit");
  EXPECT_EQ(OfChild([&] {
              const rlimit limit{100 << 10, 100 << 10};
              setrlimit(RLIMIT_FSIZE, &limit);
              std::unique_ptr<BlackBox> box;
              const Status made = BlackBox::Create(file.path(), kSmall, "{}", box);
              return made.message().find("ulimit -f") != std::string::npos;
            }),
            1);
  EXPECT_FALSE(std::filesystem::exists(file.path()));
}

TEST(BlackBoxTest, AFullDiskIsAnErrorAndNoSignal) {
  // A file system of 1 MB, which only the child sees and which ends with it.
  const std::string directory = testing::TempDir() + "full-disk" + std::to_string(getpid());
  std::filesystem::create_directory(directory);
  enum Outcome { kGood, kBad, kMayNotMount };
  const int outcome = OfChild([&] {
    // As its own root: files are made by an owner that the file system knows.
    const auto map_own = [](const char* map, unsigned id) {
      return static_cast<bool>((std::ofstream(map) << "0 " << id << " 1").flush());
    };
    const unsigned user = geteuid();
    const unsigned group = getegid();
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 || !map_own("/proc/self/uid_map", user) ||
        !(std::ofstream("/proc/self/setgroups") << "deny").flush() || !map_own("/proc/self/gid_map", group) ||
        mount("none", directory.c_str(), "tmpfs", 0, "size=1m") != 0) {
      return kMayNotMount;
    }
    std::unique_ptr<BlackBox> box;
    const std::string path = directory + "/black.ring";
    const Status made = BlackBox::Create(path, BoxLayout{}, "{}", box);
    const bool said = made.message().find("No space left") != std::string::npos;
    return said && !std::filesystem::exists(path) ? kGood : kBad;
  });
  std::filesystem::remove(directory);
  if (outcome == kMayNotMount) GTEST_SKIP() << "no file system may be mounted here";
  EXPECT_EQ(outcome, kGood);
}

TEST(BlackBoxTest, AForkedChildLeavesItsParentsBoxAlone) {
  const BoxFile file("fork");
  const auto box = file.Make(kSmall);
  RecordWriter writer(*box);
  auto area = box->ClaimThread(0);
  area->SetStall("mine");
  writer.Append(RecordType::kNote, 0, "parent");
  EXPECT_EQ(OfChild([&] {
              box->SetState(BoxState::kCrashed, 1);
              box->SetGauges({});
              area->SetStall("child's");
              area.reset();
              return !writer.Append(RecordType::kNote, 0, "child") && !box->ClaimThread(1) &&
                     box->Remove().ok();
            }),
            1);
  writer.Append(RecordType::kNote, 0, "parent again");
  const BoxContents read = file.Read();
  EXPECT_EQ(read.state, BoxState::kRunning);
  EXPECT_FALSE(read.gauges.has_value());
  ASSERT_EQ(read.threads.size(), 1U);
  EXPECT_EQ(read.threads[0].stall, "mine");
  ASSERT_EQ(read.records.size(), 2U);
  EXPECT_EQ(read.records[1].payload, "parent again");
}

TEST(BlackBoxTest, RecordsThatAreTooLongAreCutAtACharacterAndMarked) {
  const BoxFile file("long");
  const auto box = file.Make(TinyLayout());
  const std::size_t most = TinyLayout().MaxPayload();
  RecordWriter writer(*box);
  EXPECT_TRUE(writer.Append(RecordType::kNote, 0, std::string(most, 'a')));
  EXPECT_TRUE(writer.Append(RecordType::kNote, 0, std::string(most - 1, 'b') + "\u00e9"));
  const BoxContents read = file.Read();
  EXPECT_TRUE(IsWhole(read.damage));
  ASSERT_EQ(read.records.size(), 2U);
  EXPECT_FALSE(read.records[0].cut);
  EXPECT_EQ(read.records[0].payload.size(), most);
  EXPECT_TRUE(read.records[1].cut);
  EXPECT_EQ(read.records[1].payload, std::string(most - 1, 'b'));
}

TEST(BlackBoxTest, IdentityAndStallThatAreTooLongAreCut) {
  const BoxFile file("long-texts");
  const auto box = file.Make(TinyLayout(), std::string(20000, 'i'));
  auto area = box->ClaimThread(0);
  area->SetStall(std::string(20000, 's'));
  const BoxContents read = file.Read();
  EXPECT_EQ(read.identity, std::string(BoxLayout::kMaxIdentity, 'i'));
  EXPECT_EQ(read.threads.at(0).stall, std::string(BoxLayout::kMaxStall, 's'));
  EXPECT_TRUE(IsWhole(read.damage));
}

TEST(BlackBoxTest, AValueWrittenAgainReplacesTheOneBefore) {
  const BoxFile file("again");
  const auto box = file.Make(TinyLayout());
  auto area = box->ClaimThread(0);
  for (int round = 0; round < 5; ++round) {
    area->SetStall("stall " + std::to_string(round));
    EXPECT_EQ(file.Read().threads.at(0).stall, "stall " + std::to_string(round));
  }
  area->SetStall("");
  EXPECT_EQ(file.Read().threads.at(0).stall, "");
}

TEST(BlackBoxTest, AThreadAreaIsFreedAndTheNextThreadFindsItEmpty) {
  const BoxFile file("areas");
  const auto box = file.Make(kSmall);
  auto first = box->ClaimThread(1);
  auto second = box->ClaimThread(2);
  EXPECT_FALSE(box->ClaimThread(3).has_value());
  IoTable(first->slots()).Begin(1, "", "old", false, 5);
  first->SetStall("old");
  first->heartbeat().TurnBegan(9, 9);
  first.reset();
  EXPECT_EQ(file.Read().threads.size(), 1U);
  first.emplace(*box->ClaimThread(3));
  const BoxContents read = file.Read();
  ASSERT_EQ(read.threads.size(), 2U);
  EXPECT_EQ(read.threads[0].thread_id, 3U);
  EXPECT_EQ(read.threads[0].stall, "");
  EXPECT_TRUE(read.threads[0].in_flight.empty());
  EXPECT_EQ(read.threads[0].heartbeat->turn, 0U);
}

TEST(BlackBoxTest, TheSlotsAreTheFirstPagesOfALongerTable) {
  const BoxFile file("mapped-slots");
  const auto box = file.Make(BoxLayout{});
  auto area = box->ClaimThread(0);
  constexpr std::size_t kSlots = 2048;
  const Mapping memory(
      mmap(nullptr, kSlots * sizeof(IoSlot), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      kSlots * sizeof(IoSlot));
  ASSERT_LT(area->slots().size(), kSlots);
  ASSERT_TRUE(area->MapSlotsAt(memory.bytes().data()).ok());
  IoTable table({reinterpret_cast<IoSlot*>(memory.bytes().data()), kSlots});
  for (std::size_t index = 0; index < kSlots; ++index) {
    ASSERT_NE(table.Begin(1, "", std::to_string(index), false, static_cast<MonoNanos>(index + 1)), 0U);
  }
  EXPECT_EQ(table.Read(kSlots).size(), kSlots);
  const auto in_flight = file.Read().threads.at(0).in_flight;
  ASSERT_EQ(in_flight.size(), area->slots().size());
  EXPECT_EQ(in_flight.back().target, std::to_string(in_flight.size() - 1));
}

TEST(BlackBoxTest, WrappedAroundManyTimesTheNewestRecordsAreKeptInOrder) {
  const BoxFile file("wrap");
  const auto box = file.Make(kSmall);
  const std::size_t ring = kSmall.ChunkCount() * kSmall.chunk_bytes;
  RecordWriter writer(*box);
  std::uint64_t number = 0;
  for (std::size_t written = 0; written < 20 * ring; ++number) {
    const std::string payload = Payload(0, number);
    written += payload.size();
    ASSERT_TRUE(writer.Append(RecordType::kNote, 0, payload));
    if (number % 997 != 0) continue;
    const BoxContents read = file.Read();
    ASSERT_TRUE(IsWhole(read.damage));
    ASSERT_EQ(read.records.back().payload, payload);
  }
  const BoxContents read = file.Read();
  EXPECT_TRUE(IsWhole(read.damage));
  // All chunks but the one claimed last are full.
  EXPECT_GT(read.records.size(), (kSmall.ChunkCount() - 1) * (kSmall.chunk_bytes / 220));
  std::uint64_t expected = number - read.records.size();
  for (const auto& record : read.records) {
    ASSERT_EQ(record.payload, Payload(0, expected));
    ASSERT_EQ(record.sequence, expected + 1);
    ++expected;
  }
}

TEST(BlackBoxTest, ASlowWritersRecordsAreNotWrittenOverByOthers) {
  const BoxFile file("slow-writer");
  const auto box = file.Make(TinyLayout());
  RecordWriter slow(*box);
  RecordWriter busy(*box);
  slow.Append(RecordType::kNote, 1, "first");
  for (std::uint64_t number = 0; number < 1000; ++number) {
    busy.Append(RecordType::kNote, 2, Payload(2, number));
  }
  slow.Append(RecordType::kNote, 1, "second");
  const BoxContents read = file.Read();
  EXPECT_TRUE(IsWhole(read.damage));
  ASSERT_GE(read.records.size(), 3U);
  EXPECT_EQ(read.records.front().payload, "first");
  EXPECT_EQ(read.records[read.records.size() - 2].payload, Payload(2, 999));
  EXPECT_EQ(read.records.back().payload, "second");
}

TEST(BlackBoxTest, WithoutAFreeChunkARecordIsDroppedAndCounted) {
  const BoxFile file("no-chunk");
  const auto box = file.Make(TinyLayout());
  std::vector<std::unique_ptr<RecordWriter>> writers;
  for (int index = 0; index < 4; ++index) {
    writers.push_back(std::make_unique<RecordWriter>(*box));
    EXPECT_TRUE(writers.back()->Append(RecordType::kNote, 0, "x"));
  }
  RecordWriter late(*box);
  EXPECT_FALSE(late.Append(RecordType::kNote, 0, "y"));
  EXPECT_EQ(box->dropped(), 1U);
  writers.pop_back();
  EXPECT_TRUE(late.Append(RecordType::kNote, 0, "y"));
  EXPECT_EQ(file.Read().records.size(), 5U);
}

TEST(BlackBoxTest, WritersThatComeAndGoShareAChunk) {
  const BoxFile file("come-and-go");
  const auto box = file.Make(TinyLayout());
  { RecordWriter(*box).Append(RecordType::kNote, 0, std::string(600, 'a')); }
  for (std::uint32_t thread = 1; thread <= 20; ++thread) {
    RecordWriter(*box).Append(RecordType::kNote, thread, "hello");
  }
  const BoxContents read = file.Read();
  EXPECT_TRUE(IsWhole(read.damage));
  EXPECT_EQ(read.records.size(), 21U);
}

// Four threads at once append `each` records.
void AppendByFour(BlackBox& box, std::uint64_t each) {
  std::vector<std::jthread> threads;
  for (std::uint32_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&box, thread, each] {
      std::unique_ptr<RecordWriter> writer;
      for (std::uint64_t number = 0; number < each; ++number) {
        // Chunks are claimed all the time, and released unfilled now and then.
        if (number % 1000 == 0) writer = std::make_unique<RecordWriter>(box);
        writer->Append(RecordType::kNote, thread, Payload(thread, number));
      }
    });
  }
}

TEST(BlackBoxTest, FourThreadsAtOnceEveryRecordReadBackInOrder) {
  const BoxFile file("threads");
  const auto box = file.Make(BoxLayout{8 << 20, 0, 16 << 10, 4 << 10});
  constexpr std::uint64_t kEach = 5000;
  AppendByFour(*box, kEach);
  const BoxContents read = file.Read();
  EXPECT_TRUE(IsWhole(read.damage));
  ASSERT_EQ(read.records.size(), 4 * kEach);
  std::array<std::uint64_t, 4> next{};
  for (std::size_t index = 0; index < read.records.size(); ++index) {
    const auto& record = read.records[index];
    ASSERT_EQ(record.sequence, index + 1);
    ASSERT_EQ(record.payload, Payload(record.thread_id, next.at(record.thread_id)++));
  }
}

TEST(BlackBoxTest, FourThreadsAtOnceWrappedAroundTheNewestRecordsAreKeptInOrder) {
  const BoxFile file("threads-wrap");
  const auto box = file.Make(kSmall);
  constexpr std::uint64_t kEach = 20000;
  AppendByFour(*box, kEach);
  EXPECT_EQ(box->dropped(), 0U);
  const BoxContents read = file.Read();
  EXPECT_TRUE(IsWhole(read.damage));
  std::map<std::uint32_t, std::uint64_t> last;
  std::uint64_t sequence = 0;
  for (const auto& record : read.records) {
    const std::uint64_t number = NumberOf(record);
    ASSERT_EQ(record.payload, Payload(record.thread_id, number));
    ASSERT_GT(record.sequence, sequence);
    sequence = record.sequence;
    const auto before = last.find(record.thread_id);
    if (before != last.end()) {
      ASSERT_GT(number, before->second);
    }
    last[record.thread_id] = number;
  }
  EXPECT_EQ(sequence, 4 * kEach);
}

TEST(BlackBoxTest, AreasAndChunksAreClaimedByThreadsThatComeAndGoAtOnce) {
  const BoxFile file("churn");
  const auto box = file.Make(BoxLayout{400 << 10, 4, 16 << 10, 1 << 10});
  std::vector<std::jthread> threads;
  for (std::uint32_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&box, thread] {
      for (std::uint64_t round = 0; round < 200; ++round) {
        auto area = box->ClaimThread(thread);
        ASSERT_TRUE(area.has_value());
        area->heartbeat().TurnBegan(round, 1);
        area->SetStall("stall");
        RecordWriter writer(*box);
        for (int number = 0; number < 10; ++number)
          writer.Append(RecordType::kNote, thread, Payload(thread, round));
      }
    });
  }
  threads.clear();
  const BoxContents read = file.Read();
  EXPECT_TRUE(IsWhole(read.damage));
  EXPECT_TRUE(read.threads.empty());
  EXPECT_FALSE(read.records.empty());
}

TEST(BlackBoxTest, ABoxInUseIsReadWhileTwoThreadsWrite) {
  const BoxFile file("live");
  const auto box = file.Make(kSmall);
  std::array<std::atomic<std::uint64_t>, 2> written{};
  std::vector<std::jthread> threads;
  for (std::uint32_t thread = 0; thread < 2; ++thread) {
    threads.emplace_back([&, thread](const std::stop_token& stop) {
      RecordWriter writer(*box);
      auto area = box->ClaimThread(thread);
      IoTable table(area->slots());
      for (std::uint64_t number = 0; !stop.stop_requested(); ++number) {
        writer.Append(RecordType::kNote, thread, Payload(thread, number));
        area->heartbeat().TurnBegan(number, 1);
        area->SetHeap({});
        area->SetStall(Payload(thread, number));
        table.End(table.Begin(1, "read", "file", true, 1), 2);
        written[thread] = number + 1;
      }
    });
  }
  for (int round = 0; round < 100; ++round) {
    // Both have gone on since the last look.
    const std::array<std::uint64_t, 2> before = {written[0], written[1]};
    while (written[0] < before[0] + 10 || written[1] < before[1] + 10) std::this_thread::yield();
    const BoxContents read = file.Read();
    ASSERT_FALSE(read.records.empty());
    std::map<std::uint32_t, std::uint64_t> last;
    for (const auto& record : read.records) {
      const std::uint64_t number = NumberOf(record);
      ASSERT_EQ(record.payload, Payload(record.thread_id, number));
      if (last.contains(record.thread_id)) {
        ASSERT_GT(number, last[record.thread_id]);
      }
      last[record.thread_id] = number;
    }
    for (const auto& thread : read.threads) {
      if (thread.stall.empty()) continue;
      const auto number = json::parse(thread.stall).at("n").get<std::uint64_t>();
      ASSERT_EQ(thread.stall, Payload(thread.thread_id, number));
    }
  }
  threads.clear();
  EXPECT_TRUE(IsWhole(file.Read().damage));
}

// What a child shares with the test: how many records it has appended.
class SharedCount {
 public:
  [[nodiscard]] std::atomic<std::uint64_t>& count() const {
    return *reinterpret_cast<std::atomic<std::uint64_t>*>(page_.bytes().data());
  }

 private:
  Mapping page_{mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), 4096};
};

TEST(BlackBoxTest, AfterSigkillAtAnyMomentEveryAcknowledgedRecordIsRead) {
  std::mt19937 random(20);
  for (int round = 0; round < 200; ++round) {
    const BoxFile file("killed");
    const SharedCount acknowledged;
    const pid_t child = fork();
    if (child == 0) {
      std::unique_ptr<BlackBox> box;
      if (!BlackBox::Create(file.path(), kSmall, R"({"child":true})", box).ok()) _exit(1);
      RecordWriter writer(*box);
      auto area = box->ClaimThread(0);
      for (std::uint64_t number = 0;; ++number) {
        const std::string payload = Payload(0, number);
        writer.Append(RecordType::kNote, 0, payload);
        acknowledged.count().store(number + 1, std::memory_order_release);
        // Long, so that it is in the middle of this now and then.
        area->SetStall(payload + std::string(BoxLayout::kMaxStall - payload.size(), ' '));
        box->SetGauges({});
      }
    }
    ASSERT_GT(child, 0);
    const std::uint64_t enough = 1 + random() % 5000;
    while (acknowledged.count().load(std::memory_order_acquire) < enough &&
           waitpid(child, nullptr, WNOHANG) == 0) {
      std::this_thread::yield();
    }
    kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child) << "it ended by itself";
    ASSERT_TRUE(WIFSIGNALED(status));
    const std::uint64_t count = acknowledged.count();

    const BoxContents read = file.Read();
    ASSERT_TRUE(IsWhole(read.damage)) << "round " << round;
    ASSERT_EQ(read.state, BoxState::kRunning);
    ASSERT_EQ(read.identity, R"({"child":true})");
    ASSERT_FALSE(read.records.empty());
    const std::uint64_t last = NumberOf(read.records.back());
    ASSERT_TRUE(last + 1 == count || last == count) << last << " of " << count;
    // The window: all chunks but the one in use and the one that was just being claimed.
    constexpr std::uint64_t kWindow = (kSmall.ChunkCount() - 2) * (kSmall.chunk_bytes / 220);
    ASSERT_GE(read.records.size(), std::min(count, kWindow));
    std::uint64_t expected = last + 1 - read.records.size();
    for (const auto& record : read.records) ASSERT_EQ(record.payload, Payload(0, expected++));
    // The value in place is whole too, whichever of its two copies was being written.
    ASSERT_EQ(read.threads.size(), 1U);
    if (count > 1) {
      const auto stall = json::parse(read.threads[0].stall).at("n").get<std::uint64_t>();
      ASSERT_TRUE(stall + 1 == count || stall + 2 == count) << stall << " of " << count;
    }
  }
}

}  // namespace
}  // namespace loopdet
