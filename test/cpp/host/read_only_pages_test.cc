#include "core/host/read_only_pages.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <string>

#include "core/base/unique_fd.h"

namespace loopdet {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kPages = 8;

// A segment of a module, as the loader maps it from its file: page i is full of i.
class ReadOnlyPagesTest : public testing::Test {
 protected:
  ReadOnlyPagesTest() : path_(testing::TempDir() + "segment" + std::to_string(getpid())) {
    if (sysconf(_SC_PAGESIZE) != kPage) return;
    std::string text;
    for (std::size_t i = 0; i < kPages; ++i) text += std::string(kPage, static_cast<char>(i));
    std::ofstream(path_, std::ios::binary) << text;
    const UniqueFd file(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    void* mapped = mmap(nullptr, kPages * kPage, PROT_READ, MAP_PRIVATE, file.get(), 0);
    EXPECT_NE(mapped, MAP_FAILED);
    start_ = static_cast<char*>(mapped);
  }
  ~ReadOnlyPagesTest() override {
    if (start_ != nullptr) munmap(start_, kPages * kPage);
    unlink(path_.c_str());
  }
  void SetUp() override {
    if (start_ == nullptr) GTEST_SKIP() << "pages of another size";
  }

  // A module with this one segment.
  static LoadedModule Module(const LoadedModule::Segment& segment) {
    LoadedModule module;
    module.segments.push_back(segment);
    return module;
  }
  LoadedModule Module(bool writable, bool executable) const {
    return Module({start_, kPages * kPage, writable, executable});
  }
  // Whether it says what it should; reads it, too.
  bool IsFull(std::size_t page, char of) const {
    const char* begin = start_ + page * kPage;
    return std::all_of(begin, begin + kPage, [of](char byte) { return byte == of; });
  }
  bool AreAllFull() const {
    bool full = true;
    for (std::size_t i = 0; i < kPages; ++i) full = IsFull(i, static_cast<char>(i)) && full;
    return full;
  }
  // How many are in this process's memory.
  std::size_t CountResident() const {
    const UniqueFd pagemap(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
    std::array<std::uint64_t, kPages> entries{};
    const auto at = static_cast<off_t>(reinterpret_cast<std::uintptr_t>(start_) / kPage * sizeof(entries[0]));
    EXPECT_EQ(pread(pagemap.get(), entries.data(), sizeof(entries), at), ssize_t{sizeof(entries)});
    return static_cast<std::size_t>(
        std::count_if(entries.begin(), entries.end(), [](std::uint64_t entry) { return entry >> 63 != 0; }));
  }
  void Change(std::size_t page, char byte) {
    ASSERT_EQ(mprotect(start_, kPages * kPage, PROT_READ | PROT_WRITE), 0);
    std::fill_n(start_ + page * kPage, kPage, byte);
    ASSERT_EQ(mprotect(start_, kPages * kPage, PROT_READ), 0);
  }

  const std::string path_;
  char* start_ = nullptr;
};

TEST_F(ReadOnlyPagesTest, AreGivenBackAndReadAgain) {
  ASSERT_TRUE(AreAllFull());
  ASSERT_EQ(CountResident(), kPages);
  ReturnReadOnlyPages(Module(false, false));
  EXPECT_EQ(CountResident(), 0U);
  EXPECT_TRUE(AreAllFull());
}

TEST_F(ReadOnlyPagesTest, StayWhereSomebodyHasChangedOne) {
  ASSERT_TRUE(AreAllFull());
  Change(3, 'x');
  ReturnReadOnlyPages(Module(false, false));
  EXPECT_TRUE(IsFull(3, 'x'));
  EXPECT_EQ(CountResident(), kPages);
}

TEST_F(ReadOnlyPagesTest, AreNotThoseOfCodeAndData) {
  ASSERT_TRUE(AreAllFull());
  ReturnReadOnlyPages(Module(false, true));
  ReturnReadOnlyPages(Module(true, false));
  EXPECT_EQ(CountResident(), kPages);
}

TEST_F(ReadOnlyPagesTest, AreWholeOnes) {
  ASSERT_TRUE(AreAllFull());
  // The neighbours' pages are their own.
  ReturnReadOnlyPages(Module({start_ + 100, 3 * kPage, false, false}));
  EXPECT_EQ(CountResident(), kPages - 2);
}

}  // namespace
}  // namespace loopdet
