#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <unordered_map>

namespace loopdet {

// How many objects of each class a heap holds.
class ClassCounts {
 public:
  static constexpr std::size_t kMostNames = 10'000;
  // One more. `name` is cut after 100 bytes; of more names than that only the number is kept.
  void Add(std::string_view name);

  // [{name, count}], those with most objects first; of more than `most` the rest is one entry named
  // "(other)".
  [[nodiscard]] nlohmann::json ToJson(std::size_t most) const;

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  std::unordered_map<std::string, std::uint64_t, Hash, std::equal_to<>> classes_;
  std::uint64_t unnamed_ = 0;
};

}  // namespace loopdet
