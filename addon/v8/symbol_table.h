#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace loopdet::v8 {

// What the loader does not know: symbols of the module that holds `inside` which its file names for
// debuggers. The address of the one whose name begins and ends like this; 0 if there is none, or the file was
// stripped. Takes about 10 ms.
std::uintptr_t FindHiddenSymbol(const void* inside, std::string_view begin, std::string_view end);

}  // namespace loopdet::v8
