#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <ctime>
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
  PartialFile(std::string path, UniqueFd fd, std::string suffix = ".partial")
      : path_(std::move(path)), suffix_(std::move(suffix)), fd_(std::move(fd)) {}
  PartialFile(PartialFile&& other) noexcept
      : path_(std::exchange(other.path_, {})), suffix_(std::move(other.suffix_)), fd_(std::move(other.fd_)) {}
  PartialFile& operator=(PartialFile&& other) noexcept;
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;
  ~PartialFile();

  Status Append(std::string_view bytes);
  // Flushes to the disk and renames; an older file of that name is replaced in one step, or is an error.
  enum class Older { kReplaced, kKept };
  Status Commit(Older older = Older::kReplaced);
  // Where it will be.
  [[nodiscard]] const std::string& path() const { return path_; }
  // Where it is until then.
  [[nodiscard]] std::string partial_path() const { return path_ + suffix_; }

 private:
  std::string path_;  // empty: nothing is open
  std::string suffix_;
  UniqueFd fd_;
};

// The process id in "blackbox.<pid>.ring" or "blackbox.<pid>.<number>.ring", perhaps marked as damaged; 0 for
// any other name.
constexpr std::string_view kDamagedBox = ".damaged";
pid_t PidOfBox(std::string_view name);

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
  // The same of what happened to another process at `at`; `sequence` counts from 1.
  static std::string StemOf(std::time_t at, std::uint64_t pid, std::uint64_t thread_id, unsigned sequence);
  // "<kind>.<stem>.<extension>" in the directory, which is made if it is missing. Unfinished, a file about
  // another process has this one's id in its name too: "<name>.<pid>.partial".
  Status Open(std::string_view kind, std::string_view stem, std::string_view extension, PartialFile& file);
  Status Write(std::string_view kind, std::string_view stem, std::string_view extension,
               std::string_view bytes, std::string& path);
  // Removes the oldest files of ours beyond the limits, never `newest` nor the black box of a process that
  // lives, and what dead processes left unfinished.
  void Prune(const std::string& newest);

  // Whether a file could be written now; nothing is left behind but, at most, the directory's absence
  // noticed.
  [[nodiscard]] Status CheckDirectory() const;
  // Makes it if it is missing, and checks that it is ours to write to.
  Status EnsureDirectory() const;
  [[nodiscard]] const std::string& directory() const { return options_.directory; }
  [[nodiscard]] const StoreOptions& options() const { return options_; }

 private:
  StoreOptions options_;
  std::atomic<unsigned> sequence_{0};
};

}  // namespace loopdet
