#include "core/blackbox/recovery.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>
#include <random>
#include <set>
#include <thread>

#include "box_file.h"
#include "core/base/crc32c.h"
#include "core/blackbox/box_document.h"
#include "core/store/file_lock.h"

namespace loopdet {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr BoxLayout kSmall{200 << 10, 2, 16 << 10, 4 << 10};
constexpr const char* kIdentity =
    R"({"nodejsVersion":"v22.1.0","v8Version":"12.4","platform":"linux","arch":"x64","hostname":"web-1",)"
    R"("cwd":"/srv/app","commandLine":["node","app.js"],"execArgv":[],"loopdetVersion":"0.1.0",)"
    R"("config":{"lagThresholdMs":50,"ioKinds":["http","fs"]}})";

json EventOf(const char* name, json more = json::object()) {
  json event = {{"event", name}, {"time", "2026-11-20T18:00:51.123Z"}, {"pid", 1}, {"threadId", 0}};
  event.update(more);
  return event;
}

json StackOf(const char* name) {
  return json::array({{{"functionName", name}, {"url", "/srv/app/app.js"}, {"line", 7}, {"column", 3}}});
}

class RecoveryTest : public testing::Test {
 protected:
  RecoveryTest()
      : directory_(testing::TempDir() + "recovery" + std::to_string(getpid()) +
                   testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  ~RecoveryTest() override { fs::remove_all(directory_); }

  using Life = std::function<void(BlackBox&)>;

  // A child process makes a box, lives, and is killed. The box's path.
  std::string Killed(const Life& life = [](BlackBox&) {}) const {
    const pid_t child = fork();
    if (child == 0) {
      std::unique_ptr<BlackBox> box;
      const std::string path = PathOf(getpid());
      if (BlackBox::Create(path, kSmall, kIdentity, box).ok()) life(*box);
      raise(SIGKILL);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_TRUE(fs::exists(PathOf(child)));
    return PathOf(child);
  }
  std::string KilledAfter(RecordType type, const json& event) const {
    return Killed([&](BlackBox& box) { RecordWriter(box).Append(type, 0, event.dump()); });
  }

  std::string PathOf(pid_t pid) const { return directory_ + "/blackbox." + std::to_string(pid) + ".ring"; }

  std::vector<Recovered> RecoverAll(bool keep = false) const {
    std::vector<Recovered> boxes;
    const Status done = RecoverDirectory({directory_, 1000, std::int64_t{1} << 30}, keep, boxes);
    EXPECT_TRUE(done.ok()) << done.message();
    return boxes;
  }
  // The one crash file made.
  json RecoverOne() const {
    const auto boxes = RecoverAll();
    EXPECT_EQ(boxes.size(), 1U);
    if (boxes.size() != 1) return {};
    EXPECT_EQ(boxes[0].error, "");
    EXPECT_FALSE(fs::exists(boxes[0].box));
    json document = ReadFile(boxes[0].file);
    EXPECT_EQ(document["kind"], boxes[0].kind);
    return document;
  }
  static json ReadFile(const std::string& path) {
    std::ifstream file(path);
    json document = json::parse(file, nullptr, false);
    EXPECT_TRUE(document.is_object()) << path;
    return document;
  }
  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory_)) names.insert(entry.path().filename());
    return names;
  }
  // Overwrites a part of the header, and makes its checksum right again.
  static void EditHeader(const std::string& path, const std::function<void(FileHeader&)>& edit) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    FileHeader header;
    file.read(reinterpret_cast<char*>(&header), sizeof header);
    edit(header);
    header.crc = Crc32c(std::as_bytes(std::span(&header, 1)).first(offsetof(FileHeader, crc)));
    file.seekp(0);
    file.write(reinterpret_cast<const char*>(&header), sizeof header);
  }

  const std::string directory_;
};

TEST_F(RecoveryTest, AKilledProcessBecomesAPrivateCrashFileAndItsBoxIsGone) {
  const std::string path = Killed();
  const auto boxes = RecoverAll();
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_EQ(boxes[0].box, path);
  EXPECT_EQ(boxes[0].kind, "killed");
  EXPECT_EQ(PathOf(static_cast<pid_t>(boxes[0].pid)), path);
  EXPECT_EQ(Names(), std::set<std::string>{fs::path(boxes[0].file).filename()});
  struct stat info {};
  ASSERT_EQ(stat(boxes[0].file.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  const json document = ReadFile(boxes[0].file);
  EXPECT_EQ(document["complete"], true);
  EXPECT_EQ(document["header"]["commandLine"], (json{"node", "app.js"}));
  EXPECT_EQ(document["header"]["processId"], boxes[0].pid);
  EXPECT_EQ(document["blackbox"]["state"], "running");
  EXPECT_EQ(document["capture"]["mode"], "none");
  EXPECT_TRUE(RecoverAll().empty());
}

TEST_F(RecoveryTest, TheFileIsNamedAfterTheTimeOfDeathInLocalTime) {
  const std::string path = Killed();
  EditHeader(path, [](FileHeader& header) { header.wall_anchor = 1'700'000'000'123'000'000; });
  const auto boxes = RecoverAll();
  ASSERT_EQ(boxes.size(), 1U);
  const std::string stem = FileStore::StemOf(1'700'000'000, static_cast<std::uint64_t>(boxes[0].pid), 0, 1);
  EXPECT_EQ(fs::path(boxes[0].file).filename(), "crash." + stem + ".json");
  EXPECT_EQ(ReadFile(boxes[0].file)["header"]["dumpEventTime"], "2023-11-14T22:13:20.123Z");
}

TEST_F(RecoveryTest, ErrorHeaderAndFramesComeFirst) {
  Killed();
  std::ifstream file(RecoverAll().at(0).file);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_LT(text.find("\"error\":"), text.find("\"header\":"));
  EXPECT_LT(text.find("\"header\":"), text.find("\"frames\":"));
  EXPECT_LT(text.find("\"frames\":"), text.find("\"blackbox\":"));
}

TEST_F(RecoveryTest, WhatTheProcessDidIsInTheSectionsOfACrashFile) {
  Killed([](BlackBox& box) {
    auto area = box.ClaimThread(0);
    HeapGauges heap;
    heap.heap_used = 50;
    heap.heap_limit = 100;
    heap.gc_count = 3;
    heap.gc_nanos = 2'000'000;
    area->SetHeap(heap);
    Gauges gauges;
    gauges.rss = 900;
    gauges.memory_current = 950;
    gauges.memory_limit = 1000;
    box.SetGauges(gauges);
    IoTable(area->slots()).Begin(1, "readFile", "/etc/hosts", false, MonotonicNow());
    RecordWriter writer(box);
    writer.Append(RecordType::kLag, 0,
                  EventOf("lag", {{"durationMs", 80}, {"cause", "js"}, {"stack", StackOf("slow")}}).dump());
    writer.Append(RecordType::kSlowIo, 0,
                  EventOf("slow-io", {{"kind", "http"},
                                      {"target", "GET a"},
                                      {"startTime", "2026-11-20T18:00:51.123Z"},
                                      {"durationMs", 700},
                                      {"status", 503},
                                      {"stack", json::array()}})
                      .dump());
    for (const int value : {1, 2}) {
      writer.Append(RecordType::kNote, 0, EventOf("note", {{"key", "release"}, {"value", value}}).dump());
    }
    writer.Append(RecordType::kOther, 0, "no JSON");
    auto moved = std::move(*area);
    raise(SIGKILL);
  });
  const json document = RecoverOne();
  EXPECT_EQ(document["memory"]["heapUsed"], 50);
  EXPECT_EQ(document["memory"]["rss"], 900);
  EXPECT_EQ(document["gc"]["count"], 3);
  EXPECT_EQ(document["gc"]["totalMs"], 2.0);
  EXPECT_EQ(document["lag"]["thresholdMs"], 50);
  ASSERT_EQ(document["lag"]["events"].size(), 1U);
  EXPECT_EQ(document["lag"]["events"][0]["durationMs"], 80);
  ASSERT_EQ(document["io"]["inFlight"].size(), 1U);
  EXPECT_EQ(document["io"]["inFlight"][0]["kind"], "fs");
  EXPECT_EQ(document["io"]["inFlight"][0]["target"], "/etc/hosts");
  ASSERT_EQ(document["io"]["slow"].size(), 1U);
  EXPECT_EQ(document["io"]["slow"][0]["status"], 503);
  EXPECT_TRUE(document["frames"].empty()) << "the lag was over";
  EXPECT_EQ(document["capture"]["mode"], "none");
  EXPECT_EQ(document["blackbox"]["skipped"], 1);
  EXPECT_EQ(document["blackbox"]["events"].size(), 4U);
  ASSERT_EQ(document["blackbox"]["notes"].size(), 1U);
  EXPECT_EQ(document["blackbox"]["notes"][0]["value"], 2);
  const auto message = document["error"]["message"].get<std::string>();
  EXPECT_NE(message.find("killed by the kernel"), std::string::npos) << message;
  EXPECT_TRUE(document["handles"].contains("error"));
}

TEST_F(RecoveryTest, TheStallUnderWayComesWithItsStackAndLastsUntilTheLastSignOfLife) {
  Killed([](BlackBox& box) {
    auto area = box.ClaimThread(0);
    const MonoNanos began = MonotonicNow() - 3'000'000'000;
    area->heartbeat().TurnBegan(9, began);
    area->SetStall(json{
        {"sinceMs", 1000},
        {"startTime", IsoTime(began)},
        {"cause", "js"},
        {"samples", {{{"count", 4}, {"stack", StackOf("spin")}}}},
        {"syscall",
         nullptr}}.dump());
    box.SetGauges({});
    raise(SIGKILL);
  });
  const json document = RecoverOne();
  EXPECT_EQ(document["stall"]["cause"], "js");
  EXPECT_GE(document["stall"]["sinceMs"], 2999);
  EXPECT_EQ(document["frames"][0]["functionName"], "spin");
  EXPECT_EQ(document["frames"][0]["inApp"], true);
  EXPECT_EQ(document["capture"]["mode"], "stack");
  EXPECT_GE(document["blackbox"]["threads"][0]["busyMs"], 2999);
}

TEST_F(RecoveryTest, AStallsTextIsASignOfLifeToo) {
  Killed([](BlackBox& box) {
    box.SetGauges({});
    auto area = box.ClaimThread(0);
    const MonoNanos began = MonotonicNow();
    area->heartbeat().TurnBegan(9, began);
    area->SetStall(json{{"sinceMs", 7000}, {"startTime", IsoTime(began)}, {"cause", "js"}}.dump());
    raise(SIGKILL);
  });
  const json document = RecoverOne();
  EXPECT_GE(document["header"]["uptimeMs"], 6900);
  EXPECT_GE(document["blackbox"]["threads"][0]["busyMs"], 6900);
}

TEST_F(RecoveryTest, AStallThatIsOverIsNotUnderWay) {
  Killed([](BlackBox& box) {
    auto area = box.ClaimThread(0);
    area->heartbeat().TurnBegan(9, MonotonicNow());
    area->SetStall(
        json{{"sinceMs", 1000}, {"startTime", IsoTime(MonotonicNow() - 3'000'000'000)}, {"cause", "js"}}
            .dump());
    raise(SIGKILL);
  });
  EXPECT_TRUE(RecoverOne()["stall"].is_null());
}

TEST_F(RecoveryTest, AnEndBySignalSaysWhichOneAndWhere) {
  Killed([](BlackBox& box) {
    box.SetState(BoxState::kSignalled, SIGSEGV);
    const json fatal = {{"event", "fatal"},
                        {"signal", "SIGSEGV"},
                        {"number", SIGSEGV},
                        {"address", "0x10"},
                        {"threadName", "node"},
                        {"tid", 12},
                        {"native", {{{"address", "0x1"}, {"module", "/usr/bin/node"}, {"offset", "0x2"}}}}};
    RecordWriter(box).Append(RecordType::kOther, 0, fatal.dump());
  });
  const json document = RecoverOne();
  EXPECT_EQ(document["kind"], "signal");
  EXPECT_EQ(document["signal"], "SIGSEGV");
  EXPECT_EQ(document["error"]["name"], "SIGSEGV");
  EXPECT_NE(document["error"]["message"].get<std::string>().find("0x10"), std::string::npos);
  EXPECT_EQ(document["blackbox"]["fatal"]["native"][0]["module"], "/usr/bin/node");
}

TEST_F(RecoveryTest, ASignalWithoutARecordIsNamedAllTheSame) {
  Killed([](BlackBox& box) { box.SetState(BoxState::kSignalled, SIGTERM); });
  EXPECT_EQ(RecoverOne()["signal"], "SIGTERM");
}

TEST_F(RecoveryTest, AFaultThatTheProgramHandledIsNoEnd) {
  KilledAfter(RecordType::kOther, {{"event", "fatal"}, {"signal", "SIGSEGV"}, {"number", SIGSEGV}});
  const json document = RecoverOne();
  EXPECT_EQ(document["kind"], "killed");
  EXPECT_TRUE(document["blackbox"]["fatal"].is_null());
}

json OutOfMemory(int thread_id) {
  return EventOf("outOfMemory", {{"threadId", thread_id},
                                 {"heapUsed", 90'000'000},
                                 {"heapLimit", 100'000'000},
                                 {"stack", StackOf("fill")},
                                 {"spaces", {{{"name", "old_space"}, {"size", 5}, {"used", 4}}}}});
}

TEST_F(RecoveryTest, AFullHeapAndAnAbortAreOutOfMemory) {
  Killed([](BlackBox& box) {
    RecordWriter(box).Append(RecordType::kOther, 0, OutOfMemory(0).dump());
    box.SetState(BoxState::kSignalled, SIGABRT);
  });
  const json document = RecoverOne();
  EXPECT_EQ(document["kind"], "outOfMemory");
  EXPECT_EQ(document["frames"][0]["functionName"], "fill");
  EXPECT_EQ(document["memory"]["heapLimit"], 100'000'000);
  EXPECT_EQ(document["memory"]["spaces"][0]["name"], "old_space");
}

TEST_F(RecoveryTest, AWorkersFullHeapIsNotTheProcesssEnd) {
  Killed([](BlackBox& box) { RecordWriter(box).Append(RecordType::kOther, 3, OutOfMemory(3).dump()); });
  EXPECT_EQ(RecoverOne()["kind"], "killed");
}

TEST_F(RecoveryTest, AFullHeapLongAgoIsNotTheEnd) {
  Killed([](BlackBox& box) {
    RecordWriter writer(box);
    writer.Append(RecordType::kOther, 0, OutOfMemory(0).dump(), MonotonicNow() - 3600'000'000'000);
    writer.Append(RecordType::kGc, 0, EventOf("gc").dump());
  });
  EXPECT_EQ(RecoverOne()["kind"], "killed");
}

TEST_F(RecoveryTest, ALivingProcesssBoxIsLeftAlone) {
  std::unique_ptr<BlackBox> box;
  ASSERT_TRUE(BlackBox::Create(PathOf(getpid()), kSmall, kIdentity, box).ok());
  const auto boxes = RecoverAll();
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_NE(boxes[0].left, "");
  EXPECT_EQ(Names().size(), 1U);
  EXPECT_NE(RecoverFile(PathOf(getpid()), {}, false).left, "");
  // Without its lock too, as where the file system has none.
  box.reset();
  EXPECT_NE(RecoverAll().at(0).left, "");
}

TEST_F(RecoveryTest, AProcessIdThatWasGivenAgainIsAnotherProcess) {
  std::unique_ptr<BlackBox> box;
  ASSERT_TRUE(BlackBox::Create(PathOf(getpid()), kSmall, kIdentity, box).ok());
  box.reset();  // and its lock
  EditHeader(PathOf(getpid()), [](FileHeader& header) { --header.start_ticks; });
  EXPECT_EQ(RecoverOne()["kind"], "killed");
}

TEST_F(RecoveryTest, AnotherBootsProcessIsDeadAndTheMachineMayHaveBeenTheReason) {
  std::unique_ptr<BlackBox> box;
  ASSERT_TRUE(BlackBox::Create(PathOf(getpid()), kSmall, kIdentity, box).ok());
  box.reset();  // and its lock
  EditHeader(PathOf(getpid()), [](FileHeader& header) { header.boot_id[0] ^= 1; });
  const auto message = RecoverOne()["error"]["message"].get<std::string>();
  EXPECT_NE(message.find("machine"), std::string::npos) << message;
}

// As a process in a container of its own, whose id means nothing here.
TEST_F(RecoveryTest, ABoxWhoseLockIsHeldIsLeftWhateverItsProcessId) {
  const std::string path = Killed();
  void* mapped = nullptr;
  {
    const UniqueFd fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_TRUE(LockFile(fd.get()));
    // The mapping alone holds the lock.
    mapped = mmap(nullptr, 4096, PROT_READ, MAP_SHARED, fd.get(), 0);
  }
  ASSERT_NE(mapped, MAP_FAILED);
  EXPECT_NE(RecoverAll().at(0).left, "");
  munmap(mapped, 4096);
  EXPECT_EQ(RecoverAll().at(0).kind, "killed");
}

TEST_F(RecoveryTest, ADeadRecoverersClaimIsTakenOver) {
  const std::string path = Killed();
  const pid_t child = fork();
  if (child == 0) {
    const UniqueFd fd(open(path.c_str(), O_RDWR | O_CLOEXEC));
    if (!LockFile(fd.get())) _exit(1);
    // Half of what it would have written.
    std::ofstream(directory_ + "/crash.20260101.000000.1073741823.0.001.json." + std::to_string(getpid()) +
                  ".partial")
        << "{";
    raise(SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  const auto boxes = RecoverAll();
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_EQ(Names(), std::set<std::string>{fs::path(boxes[0].file).filename()});
}

TEST_F(RecoveryTest, ABoxThatWasMadeIntoAFileBeforeItsRecovererDiedMakesNoSecondOne) {
  const std::string path = Killed();
  const auto first = RecoverAll(true);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_TRUE(fs::exists(path));
  const auto second = RecoverAll();
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].file, first[0].file);
  EXPECT_EQ(Names().size(), 1U);
}

TEST_F(RecoveryTest, TwoProcessesOfOneIdAndSecondMakeTwoFiles) {
  const std::string path = Killed();
  const std::string second = path.substr(0, path.size() - 5) + ".2.ring";
  fs::copy_file(path, second);
  EditHeader(second, [](FileHeader& header) { ++header.start_ticks; });
  const auto boxes = RecoverAll();
  ASSERT_EQ(boxes.size(), 2U);
  EXPECT_NE(boxes[0].file, boxes[1].file);
  EXPECT_EQ(Names().size(), 2U);
}

TEST_F(RecoveryTest, TwoRecoveriesAtOnceMakeOneFileOfEachBox) {
  constexpr std::size_t kBoxes = 50;
  const std::string first = Killed();
  for (std::size_t number = 2; number <= kBoxes; ++number) {
    const std::string path = first.substr(0, first.size() - 5) + "." + std::to_string(number) + ".ring";
    fs::copy_file(first, path);
    EditHeader(path, [number](FileHeader& header) { header.start_ticks += number; });
  }
  std::vector<Recovered> found[2];
  {
    std::vector<std::thread> threads;
    for (auto& boxes : found) threads.emplace_back([&] { boxes = RecoverAll(); });
    for (auto& thread : threads) thread.join();
  }
  std::set<std::string> files;
  for (const auto& boxes : found) {
    for (const Recovered& box : boxes) {
      EXPECT_EQ(box.error, "");
      if (box.file.empty()) continue;
      EXPECT_TRUE(files.insert(fs::path(box.file).filename()).second) << box.file;
    }
  }
  // What one left to the other is gone too.
  EXPECT_TRUE(RecoverAll().empty());
  EXPECT_EQ(files.size(), kBoxes);
  EXPECT_EQ(Names(), files);
}

TEST_F(RecoveryTest, ANormalEndLeavesNothingUnlessItIsToBeKept) {
  const std::string path = Killed([](BlackBox& box) { box.SetState(BoxState::kExited, 3); });
  EXPECT_NE(RecoverAll(true).at(0).left, "");
  EXPECT_TRUE(fs::exists(path));
  EXPECT_NE(RecoverAll().at(0).removed, "");
  EXPECT_TRUE(Names().empty());
}

TEST_F(RecoveryTest, ANormalEndThatAPersonNamesMakesAFile) {
  const std::string path = Killed([](BlackBox& box) { box.SetState(BoxState::kExited, 3); });
  const Recovered box = RecoverFile(path, {}, false);
  EXPECT_EQ(box.kind, "exit");
  EXPECT_NE(ReadFile(box.file)["error"]["message"].get<std::string>().find("exit code 3"), std::string::npos);
}

json CrashEvent() {
  return EventOf("crash",
                 {{"file", "/somewhere/crash.20260101.000000.9.0.001.json"}, {"kind", "unhandledRejection"}});
}

TEST_F(RecoveryTest, ACrashFileThatIsThereSaysItAll) {
  Killed([](BlackBox& box) {
    RecordWriter(box).Append(RecordType::kCapture, 0, CrashEvent().dump());
    box.SetState(BoxState::kCrashed, 0);
  });
  std::ofstream(directory_ + "/crash.20260101.000000.9.0.001.json") << "{}";
  EXPECT_NE(RecoverAll().at(0).removed, "");
  EXPECT_EQ(Names(), std::set<std::string>{"crash.20260101.000000.9.0.001.json"});
}

TEST_F(RecoveryTest, ACrashFileThatIsMissingIsMadeUpForAsFarAsItCan) {
  Killed([](BlackBox& box) {
    RecordWriter(box).Append(RecordType::kCapture, 0, CrashEvent().dump());
    box.SetState(BoxState::kCrashed, 0);
  });
  const json document = RecoverOne();
  EXPECT_EQ(document["kind"], "unhandledRejection");
  EXPECT_EQ(document["error"]["name"], "CrashFileLost");
}

TEST_F(RecoveryTest, AProcessThatWentOnAfterItsCrashFileWasKilled) {
  Killed([](BlackBox& box) {
    RecordWriter(box).Append(RecordType::kCapture, 0, CrashEvent().dump(), MonotonicNow() - 60'000'000'000);
    box.SetState(BoxState::kCrashed, 0);
    box.SetGauges({});
  });
  std::ofstream(directory_ + "/crash.20260101.000000.9.0.001.json") << "{}";
  EXPECT_EQ(RecoverOne()["kind"], "killed");
}

TEST_F(RecoveryTest, WhatIsNoBoxIsToldOfOnceAndKept) {
  const std::string path = PathOf(1073741823);
  std::ofstream(path) << "not a box";
  const auto boxes = RecoverAll();
  ASSERT_EQ(boxes.size(), 1U);
  EXPECT_NE(boxes[0].error.find("too short"), std::string::npos) << boxes[0].error;
  EXPECT_TRUE(RecoverAll().empty());
  EXPECT_EQ(Names(), std::set<std::string>{"blackbox.1073741823.ring.damaged"});
}

TEST_F(RecoveryTest, ABoxThatIsJustBeingMadeIsLeftAlone) {
  std::ofstream(PathOf(getpid())) << std::string(4096, '\0');
  EXPECT_NE(RecoverAll().at(0).left, "");
}

TEST_F(RecoveryTest, ADamagedBoxMakesAFileThatSaysSo) {
  const std::string path =
      KilledAfter(RecordType::kLag, EventOf("lag", {{"durationMs", 80}, {"stack", StackOf("slow")}}));
  fs::resize_file(path, kSmall.RingOffset() + 2 * kSmall.chunk_bytes);
  const json document = RecoverOne();
  EXPECT_EQ(document["complete"], false);
  EXPECT_GT(document["blackbox"]["damage"]["missingBytes"], 0);
}

TEST_F(RecoveryTest, AnyBytesBehindAWholeHeaderMakeAFileOrAnError) {
  const std::string good = Killed([](BlackBox& box) {
    RecordWriter(box).Append(RecordType::kLag, 0, EventOf("lag", {{"durationMs", 80}}).dump());
    auto area = box.ClaimThread(0);
    area->SetStall("{}");
    raise(SIGKILL);
  });
  std::ifstream file(good, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(file), {}};
  std::mt19937 random(7);
  for (int round = 0; round < 100; ++round) {
    std::string bytes = whole;
    for (int flip = 0; flip < 300; ++flip) {
      const std::size_t at = sizeof(FileHeader) + random() % (bytes.size() - sizeof(FileHeader));
      bytes[at] = static_cast<char>(random());
    }
    BoxContents box;
    ASSERT_TRUE(ReadBox(std::as_bytes(std::span(bytes)), box).ok());
    const std::string text = CrashFileText(DescribeBox(box, {}).document);
    EXPECT_TRUE(json::parse(text, nullptr, false).is_object());
  }
}

// Payloads whose fields have any type: each event's fields in turn are replaced.
TEST_F(RecoveryTest, PayloadsOfAnyShapeMakeAFile) {
  const json odd[] = {nullptr, -1, 1e300, "x", json::array({1, nullptr, {{"a", 1}}}), {{"b", 2}}, true};
  const json events[] = {
      EventOf("lag", {{"durationMs", 80},
                      {"cause", "js"},
                      {"stack", StackOf("f")},
                      {"syscall", {{"name", "x"}}},
                      {"native", {"a"}},
                      {"io", {{{"kind", "fs"}}}}}),
      EventOf("slow-io", {{"kind", "fs"},
                          {"target", "a"},
                          {"startTime", "2026-11-20T18:00:51.123Z"},
                          {"durationMs", 1},
                          {"stack", StackOf("f")}}),
      EventOf("stall", {{"sinceMs", 80}, {"cause", "js"}, {"stack", StackOf("f")}}),
      EventOf("note", {{"key", "k"}, {"value", 1}}),
      EventOf("memory", {{"rss", 1}, {"heapUsed", 1}, {"limit", 2}}),
      EventOf("crash", {{"file", "f"}, {"kind", "manual"}}),
      EventOf("fatal", {{"signal", "SIGSEGV"}, {"number", 11}, {"native", json::array()}}),
      OutOfMemory(0),
  };
  BoxContents box;
  for (const json& event : events) {
    for (const auto& [key, unused] : event.items()) {
      if (key == "event") continue;
      for (const json& value : odd) {
        json changed = event;
        changed[key] = value;
        BoxContents::Record record;
        record.sequence = box.records.size();
        record.payload = changed.dump();
        box.records.push_back(std::move(record));
      }
    }
  }
  BoxContents::Thread thread;
  for (const char* stall :
       {"[]", "{}", R"({"sinceMs":1,"samples":5,"syscall":7,"accounting":[]})",
        R"({"sinceMs":1,"startTime":"9999-99-99T99:99:99.999Z","samples":[{"count":-1}]})",
        R"({"stall":{"sinceMs":"x"}})"}) {
    thread.stall = stall;
    box.threads.push_back(thread);
  }
  for (const char* identity : {"", "[]", "7", R"({"config":5,"commandLine":"x","startTime":8})"}) {
    box.identity = identity;
    for (const auto state : {BoxState::kRunning, BoxState::kExited, BoxState::kSignalled, BoxState::kCrashed,
                             static_cast<BoxState>(99)}) {
      box.state = state;
      const json document = DescribeBox(box, {false, false, true}).document;
      EXPECT_TRUE(json::parse(CrashFileText(document), nullptr, false).is_object());
      EXPECT_LE(document["lag"]["events"].size(), 100U);
      EXPECT_LE(document["blackbox"]["events"].size(), 200U);
    }
  }
}

TEST_F(RecoveryTest, LinksAndOtherFilesAreNotFollowed) {
  const std::string path = Killed();
  const std::string elsewhere = directory_ + "/precious";
  fs::rename(path, elsewhere);
  fs::create_symlink(elsewhere, path);
  ASSERT_EQ(mkfifo((directory_ + "/blackbox.5.ring").c_str(), 0600), 0);
  fs::create_directory(directory_ + "/blackbox.6.ring");
  EXPECT_TRUE(RecoverAll().empty());
  EXPECT_TRUE(fs::exists(elsewhere));
  EXPECT_NE(RecoverFile(path, {}, false).error.find("not a regular file"), std::string::npos);
}

TEST_F(RecoveryTest, AnotherUsersBoxIsLeftUnlessItIsNamed) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const std::string path = Killed();
  ASSERT_EQ(chown(path.c_str(), 12345, 12345), 0);
  EXPECT_NE(RecoverAll().at(0).left, "");
  EXPECT_EQ(RecoverFile(path, {}, false).kind, "killed");
}

TEST_F(RecoveryTest, ADirectoryThatDoesNotExistHasNoBoxes) {
  std::vector<Recovered> boxes;
  EXPECT_TRUE(RecoverDirectory({directory_ + "/none"}, false, boxes).ok());
  EXPECT_TRUE(boxes.empty());
}

TEST_F(RecoveryTest, TheDoorToJavaScriptTakesAndGivesJson) {
  const std::string path = Killed();
  const json read = json::parse(ReadBoxAsCrashFile(path));
  EXPECT_EQ(read["document"]["kind"], "killed");
  EXPECT_TRUE(fs::exists(path));
  const json made = json::parse(Recover(json{{"path", directory_}, {"keepFiles", 5}}.dump()));
  ASSERT_EQ(made.size(), 1U);
  EXPECT_EQ(made[0]["kind"], "killed");
  EXPECT_TRUE(fs::exists(made[0]["file"].get<std::string>()));
  EXPECT_TRUE(json::parse(Recover("[]"))[0].contains("error"));
  EXPECT_TRUE(json::parse(Recover(json{{"path", directory_ + "/x"}}.dump())).empty());
  EXPECT_TRUE(json::parse(ReadBoxAsCrashFile(path)).contains("error"));
}

TEST_F(RecoveryTest, ALivingProcesssBoxCanBeReadAsItIs) {
  std::unique_ptr<BlackBox> box;
  ASSERT_TRUE(BlackBox::Create(PathOf(getpid()), kSmall, kIdentity, box).ok());
  const json document = json::parse(ReadBoxAsCrashFile(PathOf(getpid())))["document"];
  EXPECT_EQ(document["kind"], "manual");
  EXPECT_TRUE(document["error"].is_null());
}

}  // namespace
}  // namespace loopdet
