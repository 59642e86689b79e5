#include "core/host/memory_map.h"

#include <gtest/gtest.h>

#include <memory>

namespace loopdet {
namespace {

TEST(MemoryMap, CodeOfAProgramComesFromItsFile) {
  EXPECT_TRUE(IsMappedFromFile(reinterpret_cast<std::uintptr_t>(&IsMappedFromFile)));
}

TEST(MemoryMap, TheHeapComesFromNone) {
  const auto one = std::make_unique<int>(1);
  EXPECT_FALSE(IsMappedFromFile(reinterpret_cast<std::uintptr_t>(one.get())));
}

TEST(MemoryMap, NothingIsMappedWhereNothingIs) {
  EXPECT_FALSE(IsMappedFromFile(0));
  EXPECT_FALSE(IsMappedFromFile(reinterpret_cast<std::uintptr_t>(&IsMappedFromFile), "/proc/self/none"));
}

}  // namespace
}  // namespace loopdet
