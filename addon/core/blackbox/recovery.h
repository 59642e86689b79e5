#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "core/store/file_store.h"

namespace loopdet {

// What became of one black box. Exactly one of `file`, `removed`, `left` and `error` is not empty.
struct Recovered {
  std::string box;  // its path
  std::int64_t pid = 0;
  std::string file;     // the crash file that was made of it,
  std::string kind;     // and that one's kind
  std::string removed;  // why it is gone without a file
  std::string left;     // why it stays as it is
  std::string error;    // why it cannot be read, or nothing be written
};

// The boxes of dead processes in `store.directory` become crash files there, and are removed unless `keep`.
// Any number of threads and processes may do so at once: a box is taken by a lock that ends with its holder,
// and one that was made into a file before its recoverer died is not made into a second one.
//
// A living process's box is left alone, and so are other users' boxes. What is no box gets the name
// "<name>.damaged" and is told of once. A directory that does not exist has no boxes.
Status RecoverDirectory(const StoreOptions& store, bool keep, std::vector<Recovered>& boxes);

// The box at `path`, whatever its name and whoever's it is, into a crash file beside it. `store.directory` is
// not looked at. A normal end makes a file too.
Recovered RecoverFile(const std::string& path, StoreOptions store, bool keep);

// For the door to JavaScript.
//
// `options`: {path: directory or box, keep, keepFiles, keepMegabytes}, all but `path` optional.
// Answers [{box, pid, file, kind} or {box, pid, removed} or {box, pid, left} or {box, error}, ...].
std::string Recover(const std::string& options);
// The crash file that the box at `path` would become, of a living process too, as {document} or {error}.
// Nothing is written or locked.
std::string ReadBoxAsCrashFile(const std::string& path);

}  // namespace loopdet
