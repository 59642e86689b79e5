#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/blackbox/black_box.h"
#include "core/blackbox/box_reader.h"

namespace loopdet {

// Small enough to look at each byte of it: one thread, four chunks of 1 KB.
inline BoxLayout TinyLayout() {
  return {32 << 10, 1, 16 << 10, 1 << 10};
}

// A path for a black box that is gone when the test is over.
class BoxFile {
 public:
  explicit BoxFile(const char* name)
      : path_(testing::TempDir() + name + "." + std::to_string(getpid()) + ".ring") {
    std::filesystem::remove(path_);
  }
  BoxFile(const BoxFile&) = delete;
  BoxFile& operator=(const BoxFile&) = delete;
  ~BoxFile() { std::filesystem::remove(path_); }

  [[nodiscard]] const std::string& path() const { return path_; }

  [[nodiscard]] std::unique_ptr<BlackBox> Make(const BoxLayout& layout,
                                               std::string_view identity = "{}") const {
    std::unique_ptr<BlackBox> box;
    const Status made = BlackBox::Create(path_, layout, identity, box);
    EXPECT_TRUE(made.ok()) << made.message();
    return box;
  }

  [[nodiscard]] std::vector<std::byte> Bytes() const {
    std::ifstream file(path_, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
  }

  [[nodiscard]] BoxContents Read() const {
    BoxContents box;
    const Status read = ReadBoxFile(path_, box);
    EXPECT_TRUE(read.ok()) << read.message();
    return box;
  }

 private:
  std::string path_;
};

inline bool IsWhole(const BoxContents::Damage& damage) {
  return damage.bad_chunks == 0 && damage.bad_records == 0 && damage.bad_areas == 0 &&
         damage.cut_areas == 0 && damage.missing_bytes == 0;
}

}  // namespace loopdet
