#pragma once

#include "core/host/loaded_module.h"

namespace loopdet {

// Gives the kernel back what is in memory of a module's read-only data. Of Node's that is names and symbols,
// V8's snapshot, the sources of Node's own scripts, ICU's tables: what Node's start, a look-up of a function
// (ours and the loader's), a profiler that starts and a debugger that hashes scripts have read once, 64 KB at
// a time. They are clean pages of a file: whoever needs one again has it from the page cache.
void ReturnReadOnlyPages(const LoadedModule& module);

}  // namespace loopdet
