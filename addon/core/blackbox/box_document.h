#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "core/blackbox/box_reader.h"

namespace loopdet {

// What is known beside the box.
struct BoxCircumstances {
  bool alive = false;      // its process
  bool same_boot = true;   // the machine has run since
  bool file_lost = false;  // the process wrote a crash file, which is gone
};

// A black box as a crash file (schema/crash.schema.json).
struct BoxDocument {
  std::string kind;
  std::int64_t last_sign = 0;   // of life, in nanoseconds since 1970
  std::uint32_t thread_id = 0;  // whose end it was; 0 if that is not known
  nlohmann::json document;
};
BoxDocument DescribeBox(const BoxContents& box, const BoxCircumstances& circumstances);

// The crash file that the process itself wrote, if that was how it ended; empty if it wrote none, or went on
// for long after.
std::string CrashFileOf(const BoxContents& box);

// One line of JSON in which error, header and frames come first, so that the start of a large file tells
// what happened.
std::string CrashFileText(const nlohmann::json& document);

}  // namespace loopdet
