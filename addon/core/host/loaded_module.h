#pragma once

#include <link.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace loopdet {

// The module (the node executable, or libnode.so) that holds an address, as the loader has mapped it.
struct LoadedModule {
  struct Segment {
    const char* start;
    std::size_t length;  // of what the file has: data that begins as zeroes lies beyond
    bool writable;
    bool executable;
  };

  std::uintptr_t base = 0;
  std::string path;  // "/proc/self/exe" for the executable; empty: no module holds the address
  std::vector<Segment> segments;
  const ElfW(Dyn) * dynamic = nullptr;
};

LoadedModule FindModule(const void* inside);

}  // namespace loopdet
