#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

// test/fuzz/box_reader_fuzz.cc: traps at what must not be.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr int kMutations = 300;

std::vector<std::vector<std::uint8_t>> Corpus() {
  std::vector<std::vector<std::uint8_t>> corpus;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(LOOPDET_CORPUS)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return corpus;
}

// What fuzzing has found stays mended, and so does what is near it. The random numbers are the same each
// time.
TEST(BoxReaderCorpus, IsReadWholeAndChangedAtRandom) {
  const auto corpus = Corpus();
  ASSERT_FALSE(corpus.empty());
  std::mt19937 random(20261125);
  for (const auto& bytes : corpus) {
    LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
    if (bytes.empty()) continue;
    for (int round = 0; round < kMutations; ++round) {
      auto changed = bytes;
      for (int i = 0; i < 4; ++i) changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
      changed.resize(changed.size() - random() % (round % 2 == 0 ? 1 : changed.size()));
      LLVMFuzzerTestOneInput(changed.data(), changed.size());
    }
  }
}

}  // namespace
