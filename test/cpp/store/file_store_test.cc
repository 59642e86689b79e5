#include "core/store/file_store.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "core/store/file_lock.h"

namespace loopdet {
namespace {

namespace fs = std::filesystem;

class FileStoreTest : public testing::Test {
 protected:
  FileStoreTest() : root_(testing::TempDir() + "store" + std::to_string(getpid())) { fs::remove_all(root_); }
  ~FileStoreTest() override { fs::remove_all(root_); }

  StoreOptions Options() const { return {root_ + "/a/b", 50, std::int64_t{1} << 30}; }
  std::set<std::string> Names() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(root_ + "/a/b")) names.insert(entry.path().filename());
    return names;
  }
  static std::string Read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string root_;
};

TEST_F(FileStoreTest, WritesAWholePrivateFileIntoADirectoryItMakes) {
  FileStore store(Options());
  std::string path;
  ASSERT_TRUE(store.Write("crash", store.NewStem(0), "json", "{}", path).ok());
  EXPECT_EQ(Read(path), "{}");
  struct stat info {};
  stat(path.c_str(), &info);
  EXPECT_EQ(info.st_mode & 0777, 0600U);
  stat((root_ + "/a/b").c_str(), &info);
  EXPECT_EQ(info.st_mode & 0777, 0700U);
  EXPECT_EQ(Names().size(), 1U);
}

TEST_F(FileStoreTest, NamesFollowNodesPattern) {
  FileStore store(Options());
  const std::regex pattern(R"(\d{8}\.\d{6}\.)" + std::to_string(getpid()) + R"(\.7\.\d{3})");
  EXPECT_TRUE(std::regex_match(store.NewStem(7), pattern));
  EXPECT_NE(store.NewStem(0), store.NewStem(0));
}

TEST_F(FileStoreTest, AFileDroppedUnfinishedLeavesNothing) {
  FileStore store(Options());
  {
    PartialFile file;
    ASSERT_TRUE(store.Open("Heap", store.NewStem(0), "heapsnapshot", file).ok());
    ASSERT_TRUE(file.Append("half").ok());
    EXPECT_TRUE(Names().begin()->ends_with(".partial"));
  }
  EXPECT_TRUE(Names().empty());
}

TEST_F(FileStoreTest, ReplacesAFileOfTheSameNameInOneStep) {
  FileStore store(Options());
  const std::string stem = store.NewStem(0);
  std::string path;
  ASSERT_TRUE(store.Write("stall", stem, "json", "old", path).ok());
  ASSERT_TRUE(store.Write("stall", stem, "json", "new", path).ok());
  EXPECT_EQ(Read(path), "new");
}

TEST_F(FileStoreTest, SaysWhatIsWrongWithTheDirectory) {
  fs::create_directories(root_);
  std::ofstream(root_ + "/file") << "x";
  FileStore below({root_ + "/file/dir", 50, 1 << 30});
  std::string path;
  const Status written = below.Write("crash", "s", "json", "{}", path);
  EXPECT_FALSE(written.ok());
  EXPECT_NE(written.message().find(root_ + "/file"), std::string::npos) << written.message();
  FileStore itself({root_ + "/file", 50, 1 << 30});
  EXPECT_NE(itself.Write("crash", "s", "json", "{}", path).message().find("is not a directory"),
            std::string::npos);
  EXPECT_FALSE(itself.CheckDirectory().ok());
}

TEST_F(FileStoreTest, NeverWritesThroughALinkInPlaceOfItsFile) {
  FileStore store(Options());
  fs::create_directories(root_ + "/a/b");
  std::ofstream(root_ + "/victim") << "precious";
  fs::create_symlink(root_ + "/victim", root_ + "/a/b/crash.s.json.partial");
  std::string path;
  EXPECT_FALSE(store.Write("crash", "s", "json", "{}", path).ok());
  EXPECT_EQ(Read(root_ + "/victim"), "precious");
}

TEST_F(FileStoreTest, RemovesTheOldestBeyondTheNumberAndNothingElse) {
  StoreOptions options = Options();
  options.keep_files = 3;
  FileStore store(options);
  fs::create_directories(options.directory);
  std::ofstream(options.directory + "/notes.txt") << "mine";
  std::string path;
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(store.Write("crash", "20260101.000000.1.0.00" + std::to_string(i), "json", "{}", path).ok());
    const auto age = std::chrono::hours(10 - i);
    fs::last_write_time(path, fs::file_time_type::clock::now() - age);
  }
  store.Prune(path);
  EXPECT_EQ(Names(), (std::set<std::string>{"notes.txt", "crash.20260101.000000.1.0.003.json",
                                            "crash.20260101.000000.1.0.004.json",
                                            "crash.20260101.000000.1.0.005.json"}));
}

TEST_F(FileStoreTest, AProfileDoesNotTakeThePlaceOfItsCrashFile) {
  StoreOptions options = Options();
  options.keep_files = 1;
  FileStore store(options);
  std::string path;
  ASSERT_TRUE(store.Write("crash", "20260101.000000.1.0.001", "json", "{}", path).ok());
  ASSERT_TRUE(store.Write("CPU", "20260101.000000.1.0.001", "cpuprofile", "{}", path).ok());
  EXPECT_EQ(Names(), (std::set<std::string>{"crash.20260101.000000.1.0.001.json",
                                            "CPU.20260101.000000.1.0.001.cpuprofile"}));
  ASSERT_TRUE(store.Write("crash", "20260101.000000.1.0.002", "json", "{}", path).ok());
  EXPECT_EQ(Names(), (std::set<std::string>{"crash.20260101.000000.1.0.002.json"}));
}

TEST_F(FileStoreTest, RemovesTheOldestBeyondTheSizeButNeverTheNewest) {
  StoreOptions options = Options();
  options.keep_bytes = 10;
  FileStore store(options);
  std::string path;
  ASSERT_TRUE(store.Write("crash", "20260101.000000.1.0.001", "json", "12345678", path).ok());
  ASSERT_TRUE(store.Write("crash", "20260101.000000.1.0.002", "json", "a text over the limit", path).ok());
  EXPECT_EQ(Names(), (std::set<std::string>{"crash.20260101.000000.1.0.002.json"}));
}

TEST_F(FileStoreTest, RemovesWhatADeadProcessLeftUnfinished) {
  FileStore store(Options());
  fs::create_directories(root_ + "/a/b");
  const std::string dead = "/a/b/Heap.20260101.000000.1073741823.0.001.heapsnapshot.partial";
  const std::string alive =
      "/a/b/Heap.20260101.000000." + std::to_string(getpid()) + ".0.001.heapsnapshot.partial";
  std::ofstream(root_ + dead) << "x";
  std::ofstream(root_ + alive) << "x";
  std::string path;
  ASSERT_TRUE(store.Write("crash", store.NewStem(0), "json", "{}", path).ok());
  EXPECT_FALSE(fs::exists(root_ + dead));
  EXPECT_TRUE(fs::exists(root_ + alive));
}

TEST_F(FileStoreTest, AFileAboutADeadProcessIsNotTakenForWhatItLeftUnfinished) {
  FileStore store(Options());
  PartialFile file;
  ASSERT_TRUE(store.Open("crash", FileStore::StemOf(0, 1073741823, 0, 1), "json", file).ok());
  store.Prune("");
  EXPECT_TRUE(fs::exists(file.partial_path()));
  const std::string path = file.path();
  EXPECT_TRUE(file.Commit().ok());
  EXPECT_TRUE(fs::exists(path));
}

TEST_F(FileStoreTest, AnOlderFileOfThatNameIsKeptIfAsked) {
  FileStore store(Options());
  std::string path;
  ASSERT_TRUE(store.Write("crash", "s", "json", "old", path).ok());
  PartialFile file;
  ASSERT_TRUE(store.Open("crash", "s", "json", file).ok());
  EXPECT_FALSE(file.Commit(PartialFile::Older::kKept).ok());
  EXPECT_EQ(Read(path), "old");
}

TEST_F(FileStoreTest, RemovesOldBlackBoxesOfDeadProcessesOnly) {
  StoreOptions options = Options();
  options.keep_files = 1;
  FileStore store(options);
  fs::create_directories(options.directory);
  const std::string alive = "blackbox." + std::to_string(getpid()) + ".ring";
  for (const std::string& name :
       {alive, std::string("blackbox.1073741823.ring"), std::string("blackbox.1073741823.2.ring"),
        std::string("blackbox.1073741822.ring.damaged"), std::string("blackbox.x.ring"),
        std::string("blackbox.1.ring.old"), std::string("blackbox.ring")}) {
    std::ofstream(options.directory + "/" + name) << "box";
  }
  fs::create_symlink(options.directory + "/blackbox.x.ring", options.directory + "/blackbox.1073741821.ring");
  std::string path;
  ASSERT_TRUE(store.Write("crash", "20260101.000000.1.0.001", "json", "{}", path).ok());
  EXPECT_EQ(Names(),
            (std::set<std::string>{"blackbox.1.ring.old", "blackbox.1073741821.ring", "blackbox.ring",
                                   "blackbox.x.ring", "crash.20260101.000000.1.0.001.json", alive}));
}

TEST_F(FileStoreTest, ALockedBlackBoxIsInUseWhateverItsProcessId) {
  StoreOptions options = Options();
  options.keep_files = 1;
  FileStore store(options);
  fs::create_directories(options.directory);
  const std::string box = options.directory + "/blackbox.1073741823.ring";
  const UniqueFd fd(open(box.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_TRUE(LockFile(fd.get()));
  std::string path;
  ASSERT_TRUE(store.Write("crash", "20260101.000000.1.0.001", "json", "{}", path).ok());
  EXPECT_TRUE(fs::exists(box));
}

TEST_F(FileStoreTest, AFullDiskIsAnErrorAndLeavesNothing) {
  if (access("/dev/full", W_OK) != 0) GTEST_SKIP() << "this machine has no /dev/full";
  PartialFile file(root_ + "/never", UniqueFd(open("/dev/full", O_WRONLY | O_CLOEXEC)));
  const Status written = file.Append("x");
  EXPECT_FALSE(written.ok());
  EXPECT_NE(written.message().find("No space left"), std::string::npos) << written.message();
}

}  // namespace
}  // namespace loopdet
