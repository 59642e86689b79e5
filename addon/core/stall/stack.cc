#include "core/stall/stack.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace loopdet {

void to_json(nlohmann::json& json, const StackEntry& entry) {
  json = {{"functionName", entry.function_name},
          {"url", entry.url},
          {"line", entry.line},
          {"column", entry.column}};
}

bool IsInApp(const std::string& url) {
  return !url.empty() && !url.starts_with("node:") && url.find("/node_modules/") == std::string::npos;
}

const StackEntry* FrameToShow(const Stack& stack) {
  if (stack.empty()) return nullptr;
  const auto own = std::find_if(stack.begin(), stack.end(), [](const StackEntry& e) { return IsInApp(e.url); });
  return own == stack.end() ? stack.data() : &*own;
}

}  // namespace loopdet
