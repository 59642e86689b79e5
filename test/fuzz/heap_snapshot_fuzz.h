#pragma once

#include <string_view>

namespace loopdet::heap {

// Reads it and, if it is a snapshot, asks everything there is to ask.
void AskEverything(std::string_view text);

}  // namespace loopdet::heap
