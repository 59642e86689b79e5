#include "core/stall/stack.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace loopdet {

void to_json(nlohmann::json& json, const StackEntry& entry) {
  json = {{"functionName", entry.function_name},
          {"url", entry.url},
          {"line", entry.line},
          {"column", entry.column}};
  // V8 does not know the place in code of its own.
  for (const char* key : {"line", "column"}) {
    if (json[key] < 1) json[key] = nullptr;
  }
}

StackEntry ParseStackEntry(const nlohmann::json& json) {
  const auto number = [&json](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_number_integer() ? found->get<int>() : 0;
  };
  return {json.value("functionName", ""), json.value("url", ""), number("line"), number("column")};
}

namespace {

bool IsNodes(const StackEntry& entry) {
  return entry.url.starts_with("node:");
}

}  // namespace

void DropCallsFrom(const std::string& folder, Stack& stack) {
  while (true) {
    const auto caller = std::find_if_not(stack.begin(), stack.end(), IsNodes);
    if (caller == stack.end() || !caller->url.starts_with(folder)) return;
    stack.erase(stack.begin(), caller + 1);
  }
}

bool IsInProgram(const std::string& folder, const Stack& stack) {
  const auto caller = std::find_if_not(stack.begin(), stack.end(), IsNodes);
  if (caller == stack.end() || caller->url.starts_with(folder)) return false;
  return std::none_of(stack.begin(), caller,
                      [](const StackEntry& entry) { return entry.url.ends_with("timers"); });
}

bool IsInUncaughtHandler(const Stack& stack) {
  // Node 20 to 26: an arrow function without a name calls it. The script has another one, which runs what
  // `node -e` was given, by node:internal/vm.
  for (std::size_t i = 1; i < stack.size(); ++i) {
    const bool is_arrow = stack[i].function_name.empty() && stack[i].url == "node:internal/process/execution";
    if (is_arrow && stack[i - 1].url != "node:internal/vm") return true;
  }
  return false;
}

bool IsInApp(const std::string& url) {
  return !url.empty() && !url.starts_with("node:") && url.find("/node_modules/") == std::string::npos;
}

bool HasAppFrame(const Stack& stack) {
  return std::any_of(stack.begin(), stack.end(), [](const StackEntry& entry) { return IsInApp(entry.url); });
}

const StackEntry* FrameToShow(const Stack& stack) {
  if (stack.empty()) return nullptr;
  const auto own =
      std::find_if(stack.begin(), stack.end(), [](const StackEntry& e) { return IsInApp(e.url); });
  return own == stack.end() ? stack.data() : &*own;
}

}  // namespace loopdet
