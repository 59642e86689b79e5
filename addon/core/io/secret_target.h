#pragma once

#include <string>
#include <string_view>

namespace loopdet {

// What an operation works on, without the words in it that look like a secret: a slot holds a path as the
// program gave it, and what reads slots after a death is not JavaScript (js/crash/secret-patterns.js, whose
// kinds with a prefix these are).
std::string WithoutSecrets(std::string_view target);

}  // namespace loopdet
