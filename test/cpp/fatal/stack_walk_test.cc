#include "core/fatal/stack_walk.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <cstring>
#include <vector>

namespace loopdet {
namespace {

constexpr std::uintptr_t kStack = 0x10000;
constexpr std::uintptr_t kCode = 0x900000;

// A made-up stack of 64 words at kStack, and code at kCode in which every return address follows a call.
class MadeUpMemory final : public StackMemory {
 public:
  [[nodiscard]] bool Read(std::uintptr_t address, std::span<std::byte> to) const override {
    if (address >= kStack && address + to.size() <= kStack + sizeof words) {
      std::memcpy(to.data(), reinterpret_cast<const char*>(words.data()) + (address - kStack), to.size());
      return true;
    }
    if (address < kCode || address + to.size() > kCode + 0x1000) return false;
#if defined(__x86_64__)
    std::fill(to.begin(), to.end(), std::byte{0x90});
    if (to.size() == 7) to[2] = std::byte{0xE8};
#else
    const std::uint32_t call = 0x94000000;
    std::memcpy(to.data(), &call, to.size());
#endif
    return true;
  }

  static std::uintptr_t At(std::size_t word) {
    return kStack + word * sizeof(std::uintptr_t);
  }
  void Frame(std::size_t word, std::size_t next, std::uintptr_t returns_to) {
    words[word] = next == 0 ? 0 : At(next);
    words[word + 1] = returns_to;
  }

  std::array<std::uintptr_t, 64> words{};
};

std::vector<std::uintptr_t> Walk(const WalkStart& start, const StackMemory& memory, std::size_t limit = 16) {
  std::vector<std::uintptr_t> addresses(limit);
  addresses.resize(WalkStack(start, memory, addresses));
  return addresses;
}

using Addresses = std::vector<std::uintptr_t>;

TEST(StackWalkTest, FollowsTheFramePointers) {
  MadeUpMemory memory;
  memory.Frame(4, 10, kCode + 0x100);
  memory.Frame(10, 20, kCode + 0x200);
  memory.Frame(20, 0, kCode + 0x300);
  EXPECT_EQ(Walk({kCode, memory.At(0), memory.At(4)}, memory),
            (Addresses{kCode, kCode + 0x100, kCode + 0x200, kCode + 0x300}));
}

TEST(StackWalkTest, ALoopEndsTheWalk) {
  MadeUpMemory memory;
  memory.Frame(4, 10, kCode + 0x100);
  memory.Frame(10, 4, kCode + 0x200);
  EXPECT_EQ(Walk({kCode, memory.At(0), memory.At(4)}, memory).size(), 3U);
}

TEST(StackWalkTest, TakesNoMoreThanThereIsRoomFor) {
  MadeUpMemory memory;
  for (std::size_t word = 2; word < 60; word += 2) memory.Frame(word, word + 2, kCode + 0x100);
  EXPECT_EQ(Walk({kCode, memory.At(0), memory.At(2)}, memory, 5).size(), 5U);
}

TEST(StackWalkTest, MissingMemoryEndsTheWalk) {
  MadeUpMemory memory;
  memory.Frame(4, 10, kCode + 0x100);
  memory.words[10] = kStack + 0x4000;
  memory.words[11] = kCode + 0x200;
  EXPECT_EQ(Walk({kCode, memory.At(0), memory.At(4)}, memory),
            (Addresses{kCode, kCode + 0x100, kCode + 0x200}));
  EXPECT_EQ(Walk({kCode, 0, 0}, memory), Addresses{kCode});
  EXPECT_EQ(Walk({0, ~std::uintptr_t{0}, ~std::uintptr_t{0}}, memory), Addresses{0});
}

TEST(StackWalkTest, FindsTheFramesBehindAFunctionThatUsesTheRegister) {
  MadeUpMemory memory;
  memory.words[3] = memory.At(10);  // where the function has put its caller's frame pointer
  memory.Frame(10, 20, kCode + 0x200);
  memory.Frame(20, 0, kCode + 0x300);
  EXPECT_EQ(Walk({kCode, memory.At(0), 6}, memory), (Addresses{kCode, kCode + 0x200, kCode + 0x300}));
  // A word that points up the stack is not yet a frame.
  memory.words[1] = memory.At(2);
  EXPECT_EQ(Walk({kCode, memory.At(0), 6}, memory).size(), 3U);
}

TEST(StackWalkTest, GoesOnBehindALibraryInTheMiddle) {
  MadeUpMemory memory;
  memory.Frame(4, 10, kCode + 0x100);
  memory.words[10] = 6;  // whatever the library had in the register
  memory.words[11] = kCode + 0x200;
  memory.words[15] = memory.At(20);
  memory.Frame(20, 30, kCode + 0x300);
  memory.Frame(30, 0, kCode + 0x400);
  EXPECT_EQ(Walk({kCode, memory.At(0), memory.At(4)}, memory),
            (Addresses{kCode, kCode + 0x100, kCode + 0x200, kCode + 0x300, kCode + 0x400}));
}

TEST(StackWalkTest, TheOutermostFrameIsTheEnd) {
  MadeUpMemory memory;
  memory.Frame(4, 0, kCode + 0x100);
  // What lies above belongs to nobody.
  memory.words[15] = memory.At(20);
  memory.Frame(20, 30, kCode + 0x300);
  memory.Frame(30, 0, kCode + 0x400);
  EXPECT_EQ(Walk({kCode, memory.At(0), memory.At(4)}, memory).size(), 2U);
}

TEST(StackWalkTest, KnowsTheCallerOfAFunctionWithoutAFrame) {
  MadeUpMemory memory;
  memory.Frame(4, 0, kCode + 0x100);
#if defined(__x86_64__)
  memory.words[0] = kCode + 0x80;
  const WalkStart start{0, memory.At(0), memory.At(4)};
#else
  const WalkStart start{0, memory.At(0), memory.At(4), kCode + 0x80};
#endif
  EXPECT_EQ(Walk(start, memory), (Addresses{0, kCode + 0x80, kCode + 0x100}));
}

TEST(OwnMemoryTest, SaysWhatIsNotThere) {
  const OwnMemory memory;
  int there = 7;
  int read = 0;
  EXPECT_TRUE(
      memory.Read(reinterpret_cast<std::uintptr_t>(&there), std::as_writable_bytes(std::span(&read, 1))));
  EXPECT_EQ(read, 7);
  EXPECT_FALSE(memory.Read(8, std::as_writable_bytes(std::span(&read, 1))));
  void* page = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(page, MAP_FAILED);
  EXPECT_FALSE(
      memory.Read(reinterpret_cast<std::uintptr_t>(page), std::as_writable_bytes(std::span(&read, 1))));
  munmap(page, 4096);
}

}  // namespace
}  // namespace loopdet
