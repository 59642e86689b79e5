#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace loopdet {

// With the boot, these name one process for ever: a process id is given again.

// Field 22 of /proc/<pid>/stat: when it was started, in clock ticks. Nothing where it cannot be read.
std::optional<std::uint64_t> StartTicksOf(std::uint64_t pid);
// Of this boot of the machine; zeroes where it cannot be read.
std::array<std::uint8_t, 16> BootId();

}  // namespace loopdet
