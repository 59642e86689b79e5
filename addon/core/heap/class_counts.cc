#include "core/heap/class_counts.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/base/text.h"

namespace loopdet {

void ClassCounts::Add(std::string_view name) {
  constexpr std::size_t kMostBytes = 100;
  name = CutText(name, kMostBytes);
  auto found = classes_.find(name);
  // A program may give each object a name of its own.
  if (found == classes_.end() && classes_.size() == kMostNames) {
    ++unnamed_;
    return;
  }
  if (found == classes_.end()) found = classes_.emplace(name, 0).first;
  ++found->second;
}

nlohmann::json ClassCounts::ToJson(std::size_t most) const {
  std::vector<std::pair<std::string, std::uint64_t>> sorted(classes_.begin(), classes_.end());
  // Equal ones by name, so that two counts of one heap are alike.
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  auto list = nlohmann::json::array();
  std::uint64_t rest = unnamed_;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto& [name, count] = sorted[i];
    if (i < most) {
      list.push_back({{"name", name}, {"count", count}});
    } else {
      rest += count;
    }
  }
  if (rest != 0) list.push_back({{"name", "(other)"}, {"count", rest}});
  return list;
}

}  // namespace loopdet
