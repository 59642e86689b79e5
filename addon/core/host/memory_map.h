#pragma once

#include <cstdint>
#include <string>

namespace loopdet {

// Whether the memory at this address was mapped from a file. Reads /proc/self/maps: 0.1 ms and more.
bool IsMappedFromFile(std::uintptr_t address, const std::string& maps = "/proc/self/maps");

}  // namespace loopdet
