#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <span>
#include <utility>

namespace loopdet {

// Owns mapped memory.
class Mapping {
 public:
  Mapping() = default;
  // What mmap(2) gave; MAP_FAILED is none.
  Mapping(void* start, std::size_t length) {
    if (start != MAP_FAILED) bytes_ = {static_cast<std::byte*>(start), length};
  }
  Mapping(Mapping&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  Mapping& operator=(Mapping&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  ~Mapping() {
    if (!bytes_.empty()) munmap(bytes_.data(), bytes_.size());
  }

  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }
  explicit operator bool() const { return !bytes_.empty(); }

 private:
  std::span<std::byte> bytes_;
};

}  // namespace loopdet
