#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace loopdet {

// One JavaScript frame; line and column count from 1. `url` is the script's name as V8 has it (a path, a
// file: or node: URL, or empty).
struct StackEntry {
  std::string function_name;
  std::string url;
  int line = 0;
  int column = 0;

  bool operator==(const StackEntry&) const = default;
};

// Innermost frame first.
using Stack = std::vector<StackEntry>;

// {functionName, url, line, column}
void to_json(nlohmann::json& json, const StackEntry& entry);

// The reverse; what is missing or null is empty or 0.
StackEntry ParseStackEntry(const nlohmann::json& json);

// The innermost frame of the program's own code, else the innermost of all; nullptr when empty.
const StackEntry* FrameToShow(const Stack& stack);

// Leaves out the frames of scripts in `folder` from the top on, and what they have called of Node's: that is
// no work of the program's.
void DropCallsFrom(const std::string& folder, Stack& stack);

// Whether the program's code runs, or what it has called of Node's: what it could do itself may be done now.
// Not where a script in `folder` runs, nor in Node's timers, one of which may be just about to be called (a
// timer that is cleared there makes listOnTimeout of Node 20 to 26 throw).
bool IsInProgram(const std::string& folder, const Stack& stack);

// Whether a handler of the program's for uncaught exceptions stands: a listener of 'uncaughtException', the
// capture callback, a domain.
bool IsInUncaughtHandler(const Stack& stack);

// True for code that the program's author wrote: not Node's own, not in node_modules.
bool IsInApp(const std::string& url);
bool HasAppFrame(const Stack& stack);

}  // namespace loopdet
