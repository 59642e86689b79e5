#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace loopdet {

// A CPU profile as V8 has sampled it, in the terms of Chrome's protocol (Profiler.Profile): times in
// microseconds of the monotonic clock, lines and columns from 0.
struct CpuProfile {
  struct LineTicks {
    int line = 0;  // from 1
    unsigned ticks = 0;
  };
  struct Node {
    unsigned id = 0;
    std::string function_name;
    std::string url;  // the script's name as V8 has it: a path, a file: or node: URL, or empty
    int script_id = 0;
    int line = -1;
    int column = -1;
    unsigned hits = 0;
    std::vector<unsigned> children;
    std::vector<LineTicks> ticks;
  };

  std::vector<Node> nodes;  // the root first
  std::vector<unsigned> samples;
  std::vector<std::int64_t> time_deltas;  // before each sample
  std::int64_t start = 0;
  std::int64_t end = 0;

  // V8 marks the time in which the loop waits as "(idle)", but it can only do so when it takes a sample, and
  // the profiler's signal is blocked while the loop waits: the whole wait would be counted to the sample
  // before it. This puts an idle sample where each wait began. `interval`: between two samples.
  void MarkIdle(std::int64_t interval);

  // Takes the functions of a script out, as if those above them had called what they called. The root is
  // none.
  void Hide(std::string_view url);

  // The text of a .cpuprofile file. Paths become file: URLs, as the inspector shows them.
  [[nodiscard]] std::string ToText() const;
};

// "/a b.js" as "file:///a%20b.js"; anything but an absolute path stays as it is.
std::string FileUrlOf(const std::string& name);

}  // namespace loopdet
