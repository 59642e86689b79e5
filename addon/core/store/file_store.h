#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "core/base/unique_fd.h"

namespace loopdet {

// A file being written as "<name>.partial", which takes its name only when it is whole. Dropped unfinished,
// it leaves nothing.
class PartialFile {
 public:
  PartialFile() = default;
  PartialFile(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  PartialFile(PartialFile&& other) noexcept
      : path_(std::exchange(other.path_, {})), fd_(std::move(other.fd_)) {}
  PartialFile& operator=(PartialFile&& other) noexcept;
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile();

  Status Append(std::string_view bytes);
  // Flushes to the disk and renames; an older file of that name is replaced in one step.
  Status Commit();
  // Where it will be.
  [[nodiscard]] const std::string& path() const { return path_; }
  // Where it is until then.
  [[nodiscard]] std::string partial_path() const { return path_ + ".partial"; }

 private:
  std::string path_;  // empty: nothing is open
  UniqueFd fd_;
};

struct StoreOptions {
  std::string directory;  // absolute, made when the first file is written
  std::int64_t keep_files = 50;
  std::int64_t keep_bytes = std::int64_t{1024} << 20;
};

// Names, places and limits of every file that loopdet writes. Thread-safe.
class FileStore {
 public:
  explicit FileStore(StoreOptions options) : options_(std::move(options)) {}

  // "YYYYMMDD.HHMMSS.<pid>.<tid>.<seq>": files of one event share it.
  std::string NewStem(std::uint64_t thread_id);
  // "<kind>.<stem>.<extension>" in the directory, which is made if it is missing.
  Status Open(std::string_view kind, std::string_view stem, std::string_view extension, PartialFile& file);
  Status Write(std::string_view kind, std::string_view stem, std::string_view extension,
               std::string_view bytes, std::string& path);
  // Removes the oldest files of ours beyond the limits, never `newest`, and what dead processes left
  // unfinished.
  void Prune(const std::string& newest);

  // Whether a file could be written now; nothing is left behind but, at most, the directory's absence
  // noticed.
  [[nodiscard]] Status CheckDirectory() const;
  // Makes it if it is missing, and checks that it is ours to write to.
  Status EnsureDirectory() const;
  [[nodiscard]] const std::string& directory() const { return options_.directory; }

 private:

  StoreOptions options_;
  std::atomic<unsigned> sequence_{0};
};

}  // namespace loopdet
