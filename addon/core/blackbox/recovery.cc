#include "core/blackbox/recovery.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "core/base/files.h"
#include "core/base/unique_fd.h"
#include "core/blackbox/box_document.h"
#include "core/blackbox/box_reader.h"
#include "core/host/process_identity.h"
#include "core/store/file_lock.h"

namespace loopdet {

namespace {

using nlohmann::json;

// Crash files of one process within a second.
constexpr unsigned kMostOfOneSecond = 999;
// A larger one is not ours to compare with.
constexpr off_t kMostToCompare = 64 << 20;

// ---- Whether the process lives ------------------------------------------------------------------------

bool Exists(pid_t pid) {
  return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
}

bool IsOfThisBoot(const FileHeader& header) {
  constexpr std::array<std::uint8_t, 16> kUnknown{};
  const auto boot = BootId();
  return header.boot_id == boot || header.boot_id == kUnknown || boot == kUnknown;
}

// What cannot be told apart counts as alive: a box that is left alone can be recovered later.
bool IsAlive(const FileHeader& header) {
  if (!IsOfThisBoot(header) || header.pid > INT32_MAX || !Exists(static_cast<pid_t>(header.pid)))
    return false;
  const auto ticks = StartTicksOf(header.pid);
  return !ticks || header.start_ticks == 0 || *ticks == header.start_ticks;
}

// ---- One box ------------------------------------------------------------------------------------------

std::string NameOf(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

std::string DirectoryOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool IsRegular(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

bool IsThere(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0;
}

// The start of a box tells whose it is, without reading all of a box that a process writes to.
Status ReadStart(const UniqueFd& fd, BoxContents& box) {
  std::array<std::byte, BoxLayout::kPage> page{};
  const ssize_t length = pread(fd.get(), page.data(), page.size(), 0);
  if (length < 0) return Status::Error(std::string("cannot be read: ") + std::strerror(errno));
  return ReadBox(std::span(page).first(static_cast<std::size_t>(length)), box);
}

// Whether the crash file at `path` was made of this very process's box.
bool IsRecoveredFrom(const std::string& path, const json& document) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_size > kMostToCompare)
    return false;
  const auto text = ReadSmallFile(path, static_cast<std::size_t>(info.st_size));
  const json found = json::parse(text.value_or(""), nullptr, false);
  if (!found.is_object() || !found.contains("blackbox") || !found["blackbox"].is_object()) return false;
  const json& box = found["blackbox"];
  return box.contains("process") && box["process"] == document["blackbox"]["process"];
}

class BoxRecovery {
 public:
  enum class Manner { kFound, kNamed };  // in a directory, or by a person

  BoxRecovery(std::string path, StoreOptions store, bool keep, Manner manner)
      : path_(std::move(path)), store_(std::move(store)), keep_(keep), manner_(manner) {
    result_.box = path_;
    result_.pid = PidOfBox(NameOf(path_));
  }

  // Nothing: it is not ours to look at, or has gone meanwhile.
  std::optional<Recovered> Run() {
    if (!Take()) return HasResult() ? std::optional(result_) : std::nullopt;
    BoxContents box;
    if (Status start = ReadStart(fd_, box); !start.ok()) {
      SetAside(start.message());
    } else {
      result_.pid = static_cast<std::int64_t>(std::min<std::uint64_t>(box.header.pid, INT64_MAX));
      if (IsAlive(box.header)) {
        result_.left = "its process lives";
      } else if (Status read = ReadBoxFile(path_, box); !read.ok()) {
        result_.error = read.message();
      } else {
        Recover(box);
      }
    }
    return result_;
  }

 private:
  [[nodiscard]] bool HasResult() const { return !result_.left.empty() || !result_.error.empty(); }

  // Whether the box is there and, until we are done or dead, ours alone.
  bool Take() {
    struct stat info {};
    const bool is_named = manner_ == Manner::kNamed;
    if (lstat(path_.c_str(), &info) != 0) {
      if (is_named || errno != ENOENT) result_.error = Status::FromErrno("cannot open", path_).message();
      return false;
    }
    if (!S_ISREG(info.st_mode)) {
      if (is_named) result_.error = path_ + " is not a regular file";
      return false;
    }
    if (!is_named && info.st_uid != geteuid() && info.st_uid != 0) {
      result_.left = "it is another user's; name it to recover it";
      return false;
    }
    // O_NONBLOCK: a pipe that takes its place now must not keep us waiting.
    fd_ = UniqueFd(open(path_.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!fd_) {
      if (is_named || errno != ENOENT) result_.error = Status::FromErrno("cannot open", path_).message();
      return false;
    }
    if (!LockFile(fd_.get())) {
      result_.left = "its process lives, or another recovery has it";
      return false;
    }
    // Who had the lock before may have removed it.
    struct stat locked {};
    return fstat(fd_.get(), &locked) == 0 && lstat(path_.c_str(), &info) == 0 && S_ISREG(locked.st_mode) &&
           locked.st_ino == info.st_ino && locked.st_dev == info.st_dev;
  }

  // No box, or one that is just being made.
  void SetAside(const std::string& why) {
    if (Exists(static_cast<pid_t>(result_.pid))) {
      result_.left = "its process lives";
      return;
    }
    result_.error = path_ + ": " + why;
    if (manner_ == Manner::kNamed) return;
    // Under this name it is not met again.
    const std::string aside = path_ + std::string(kDamagedBox);
    if (rename(path_.c_str(), aside.c_str()) == 0) result_.error += "; it is now " + NameOf(aside);
  }

  void Recover(const BoxContents& box) {
    if (box.state == BoxState::kExited && manner_ == Manner::kFound) {
      if (keep_) {
        result_.left = "its process ended by itself";
      } else {
        Remove("its process ended by itself");
      }
      return;
    }
    const std::string crash_file = CrashFileOf(box);
    const std::string beside = DirectoryOf(path_) + "/" + NameOf(crash_file);
    if (!crash_file.empty() && IsRegular(beside)) {
      Remove(NameOf(crash_file) + " tells of its process's end");
      return;
    }
    BoxCircumstances circumstances;
    circumstances.same_boot = IsOfThisBoot(box.header);
    circumstances.file_lost = !crash_file.empty();
    const BoxDocument described = DescribeBox(box, circumstances);
    if (Status written = Write(described); !written.ok()) {
      result_.error = written.message();
      return;
    }
    result_.kind = described.kind;
    if (!keep_) unlink(path_.c_str());
  }

  void Remove(std::string why) {
    if (!keep_ && unlink(path_.c_str()) != 0) {
      result_.error = Status::FromErrno("cannot remove", path_).message();
    } else if (keep_) {
      result_.left = std::move(why);
    } else {
      result_.removed = std::move(why);
    }
  }

  Status Write(const BoxDocument& described) {
    store_.directory = DirectoryOf(path_);
    FileStore store(store_);
    // Down to a whole second.
    const std::int64_t second = 1'000'000'000;
    const std::int64_t last = described.last_sign;
    const auto at = static_cast<std::time_t>(last / second - (last % second < 0 ? 1 : 0));
    for (unsigned sequence = 1; sequence <= kMostOfOneSecond; ++sequence) {
      const std::string stem =
          FileStore::StemOf(at, static_cast<std::uint64_t>(result_.pid), described.thread_id, sequence);
      const std::string path = store_.directory + "/crash." + stem + ".json";
      if (IsRecoveredFrom(path, described.document)) {
        result_.file = path;
        return {};
      }
      if (IsThere(path)) continue;
      PartialFile file;
      Status done = store.Open("crash", stem, "json", file);
      const bool taken = !done.ok() && IsThere(path + "." + std::to_string(getpid()) + ".partial");
      if (done.ok()) done = file.Append(CrashFileText(described.document));
      if (done.ok()) done = file.Commit(PartialFile::Older::kKept);
      if (done.ok()) {
        result_.file = path;
        store.Prune(path);
        return {};
      }
      // Another recovery has just taken the name.
      if (!taken && !IsThere(path)) return done;
    }
    return Status::Error("too many crash files of one second beside " + path_);
  }

  const std::string path_;
  StoreOptions store_;
  const bool keep_;
  const Manner manner_;
  UniqueFd fd_;  // with the lock
  Recovered result_;
};

json ToJson(const Recovered& recovered) {
  json entry = {{"box", recovered.box}};
  if (recovered.pid != 0) entry["pid"] = recovered.pid;
  const std::pair<const char*, const std::string&> texts[] = {{"file", recovered.file},
                                                              {"kind", recovered.kind},
                                                              {"removed", recovered.removed},
                                                              {"left", recovered.left},
                                                              {"error", recovered.error}};
  for (const auto& [key, text] : texts) {
    if (!text.empty()) entry[key] = text;
  }
  return entry;
}

std::string ToText(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::int64_t WholeNumber(const json& options, const char* key, std::int64_t otherwise) {
  const auto found = options.find(key);
  return found != options.end() && found->is_number() ? found->get<std::int64_t>() : otherwise;
}

}  // namespace

Status RecoverDirectory(const StoreOptions& store, bool keep, std::vector<Recovered>& boxes) {
  std::vector<std::string> names;
  {
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(store.directory.c_str()), closedir);
    if (!directory) {
      return errno == ENOENT ? Status() : Status::FromErrno("cannot read the directory", store.directory);
    }
    while (const dirent* item = readdir(directory.get())) {
      const std::string_view name = item->d_name;
      if (PidOfBox(name) != 0 && !name.ends_with(kDamagedBox)) names.emplace_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    BoxRecovery recovery(store.directory + "/" + name, store, keep, BoxRecovery::Manner::kFound);
    if (auto result = recovery.Run()) boxes.push_back(std::move(*result));
  }
  return {};
}

Recovered RecoverFile(const std::string& path, StoreOptions store, bool keep) {
  BoxRecovery recovery(path, std::move(store), keep, BoxRecovery::Manner::kNamed);
  if (auto result = recovery.Run()) return std::move(*result);
  Recovered gone;
  gone.box = path;
  gone.error = path + " has just been recovered by another process";
  return gone;
}

std::string Recover(const std::string& options) {
  const json given = json::parse(options, nullptr, false);
  if (!given.is_object() || !given.contains("path") || !given["path"].is_string()) {
    return ToText(json::array({{{"box", ""}, {"error", "recover: {path} is missing"}}}));
  }
  StoreOptions store;
  store.directory = given["path"].get<std::string>();
  store.keep_files = WholeNumber(given, "keepFiles", store.keep_files);
  constexpr std::int64_t kMegabyte = 1 << 20;
  store.keep_bytes = WholeNumber(given, "keepMegabytes", store.keep_bytes / kMegabyte) * kMegabyte;
  const bool keep = given.contains("keep") && given["keep"] == true;

  struct stat info {};
  json answer = json::array();
  if (stat(store.directory.c_str(), &info) == 0 && !S_ISDIR(info.st_mode)) {
    answer.push_back(ToJson(RecoverFile(store.directory, store, keep)));
    return ToText(answer);
  }
  std::vector<Recovered> boxes;
  if (Status done = RecoverDirectory(store, keep, boxes); !done.ok()) {
    answer.push_back({{"box", store.directory}, {"error", done.message()}});
  }
  for (const Recovered& box : boxes) answer.push_back(ToJson(box));
  return ToText(answer);
}

std::string ReadBoxAsCrashFile(const std::string& path) {
  BoxContents box;
  if (Status read = ReadBoxFile(path, box); !read.ok()) return ToText({{"error", read.message()}});
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  BoxCircumstances circumstances;
  circumstances.alive = IsAlive(box.header) || (fd && IsLockedElsewhere(fd.get()));
  circumstances.same_boot = IsOfThisBoot(box.header);
  return "{\"document\":" + CrashFileText(DescribeBox(box, circumstances).document) + "}";
}

}  // namespace loopdet
