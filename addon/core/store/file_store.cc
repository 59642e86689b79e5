#include "core/store/file_store.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/clock.h"
#include "core/base/files.h"

namespace loopdet {

namespace {

constexpr std::string_view kPartial = ".partial";
// What the store writes. blackbox files live by other rules and are not pruned here.
constexpr std::string_view kKinds[] = {"crash.", "stall.", "CPU.", "Heap."};

bool IsOurs(std::string_view name) {
  return std::any_of(std::begin(kKinds), std::end(kKinds),
                     [name](std::string_view kind) { return name.starts_with(kind); }) &&
         std::count(name.begin(), name.end(), '.') >= 6;
}

// The process id in "<kind>.<date>.<time>.<pid>...."; 0 if there is none.
pid_t PidOf(std::string_view name) {
  std::size_t at = 0;
  for (int dots = 0; dots < 3; ++dots) {
    at = name.find('.', at);
    if (at == std::string_view::npos) return 0;
    ++at;
  }
  pid_t pid = 0;
  std::from_chars(name.data() + at, name.data() + name.size(), pid);
  return pid;
}

bool IsAlive(pid_t pid) {
  return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
}

// A directory that another user could swap or read is no place for a program's memory.
Status CheckOwner(const std::string& directory) {
  struct stat link {};
  struct stat target {};
  if (lstat(directory.c_str(), &link) != 0 || stat(directory.c_str(), &target) != 0) {
    return Status::FromErrno("cannot use LOOPDET_DIR", directory);
  }
  if (!S_ISDIR(target.st_mode)) return Status::Error("LOOPDET_DIR " + directory + " is not a directory");
  const uid_t me = geteuid();
  if (S_ISLNK(link.st_mode) && link.st_uid != me && link.st_uid != 0) {
    return Status::Error("LOOPDET_DIR " + directory +
                         " is a symbolic link of another user; nothing is written there");
  }
  return {};
}

Status MakeDirectories(const std::string& path) {
  for (std::size_t at = 1; at != std::string::npos;) {
    at = path.find('/', at + 1);
    const std::string part = path.substr(0, at);
    if (mkdir(part.c_str(), 0700) != 0 && errno != EEXIST)
      return Status::FromErrno("cannot make LOOPDET_DIR", part);
  }
  return {};
}

}  // namespace

PartialFile& PartialFile::operator=(PartialFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  return *this;
}

PartialFile::~PartialFile() {
  if (!path_.empty()) unlink(partial_path().c_str());
}

Status PartialFile::Append(std::string_view bytes) {
  if (!WriteAll(fd_.get(), bytes)) return Status::FromErrno("cannot write", partial_path());
  return {};
}

Status PartialFile::Commit() {
  // Some file systems report a full disk only here.
  if (fdatasync(fd_.get()) != 0 && errno != EINVAL && errno != ENOSYS) {
    return Status::FromErrno("cannot flush", partial_path());
  }
  if (rename(partial_path().c_str(), path_.c_str()) != 0) return Status::FromErrno("cannot name", path_);
  fd_.Reset();
  path_.clear();
  return {};
}

std::string FileStore::NewStem(std::uint64_t thread_id) {
  char sequence[8];
  std::snprintf(sequence, sizeof sequence, "%03u", (sequence_.fetch_add(1) + 1) % 1000000);
  return FileTimestamp() + "." + std::to_string(getpid()) + "." + std::to_string(thread_id) + "." + sequence;
}

Status FileStore::EnsureDirectory() const {
  struct stat existing {};
  if (lstat(options_.directory.c_str(), &existing) != 0) {
    if (Status made = MakeDirectories(options_.directory); !made.ok()) return made;
  }
  return CheckOwner(options_.directory);
}

Status FileStore::CheckDirectory() const {
  std::string directory = options_.directory;
  struct stat existing {};
  // A directory that is missing can be made if the nearest one that exists lets us.
  while (stat(directory.c_str(), &existing) != 0 && errno == ENOENT && directory.size() > 1) {
    directory = directory.substr(0, std::max<std::size_t>(directory.rfind('/'), 1));
  }
  if (Status owner = CheckOwner(directory); !owner.ok()) return owner;
  if (access(directory.c_str(), W_OK | X_OK) != 0) return Status::FromErrno("cannot write to", directory);
  return {};
}

Status FileStore::Open(std::string_view kind, std::string_view stem, std::string_view extension,
                       PartialFile& file) {
  if (Status ready = EnsureDirectory(); !ready.ok()) return ready;
  std::string path = options_.directory + "/";
  path.append(kind).append(".").append(stem).append(".").append(extension);
  const std::string partial = path + std::string(kPartial);
  // O_EXCL and O_NOFOLLOW: never write through a link somebody has laid.
  UniqueFd fd(open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return Status::FromErrno("cannot create", partial);
  file = PartialFile(std::move(path), std::move(fd));
  return {};
}

Status FileStore::Write(std::string_view kind, std::string_view stem, std::string_view extension,
                        std::string_view bytes, std::string& path) {
  PartialFile file;
  if (Status opened = Open(kind, stem, extension, file); !opened.ok()) return opened;
  path = file.path();
  if (Status written = file.Append(bytes); !written.ok()) return written;
  if (Status done = file.Commit(); !done.ok()) return done;
  Prune(path);
  return {};
}

void FileStore::Prune(const std::string& newest) {
  struct Entry {
    std::string path;
    std::int64_t bytes;
    timespec modified;
  };
  std::vector<Entry> entries;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(options_.directory.c_str()), closedir);
  if (!directory) return;
  while (const dirent* item = readdir(directory.get())) {
    const std::string_view name = item->d_name;
    if (!IsOurs(name)) continue;
    const std::string path = options_.directory + "/" + item->d_name;
    struct stat info {};
    if (lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    if (name.ends_with(kPartial)) {
      if (!IsAlive(PidOf(name))) unlink(path.c_str());
    } else if (path != newest) {
      entries.push_back({path, info.st_size, info.st_mtim});
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.modified.tv_sec, a.modified.tv_nsec) >
           std::pair(b.modified.tv_sec, b.modified.tv_nsec);
  });
  struct stat info {};
  std::int64_t bytes = stat(newest.c_str(), &info) == 0 ? info.st_size : 0;
  std::int64_t files = 1;
  for (const Entry& entry : entries) {
    ++files;
    bytes += entry.bytes;
    if (files > options_.keep_files || bytes > options_.keep_bytes) unlink(entry.path.c_str());
  }
}

}  // namespace loopdet
