#pragma once

namespace loopdet::v8 {

// Gives back to the kernel the pages of names and symbols of the module that holds `inside`. Each look-up of
// a function (ours and the loader's) has touched some, 64 KB at a time, and they would stay resident: 1.5 MB
// on Node 22. They are clean pages of a file; whoever looks up a name later reads them from the page cache
// again.
void ReturnSymbolPages(const void* inside);

}  // namespace loopdet::v8
