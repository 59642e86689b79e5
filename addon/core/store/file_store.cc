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
#include "core/store/file_lock.h"

namespace loopdet {

namespace {

constexpr std::string_view kPartial = ".partial";
constexpr std::string_view kDigits = "0123456789";
// What the store writes.
constexpr std::string_view kKinds[] = {"crash.", "stall.", "CPU.", "Heap."};

bool IsOurs(std::string_view name) {
  return std::any_of(std::begin(kKinds), std::end(kKinds),
                     [name](std::string_view kind) { return name.starts_with(kind); }) &&
         std::count(name.begin(), name.end(), '.') >= 6;
}

bool IsAlive(pid_t pid) {
  return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
}

// The number at the start of `text`; 0 if there is none, or it is no process id.
pid_t PidAt(std::string_view text) {
  pid_t pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  return pid;
}

std::string_view NameOf(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// What the files of one event share: "<kind>.<stem>.<extension>".
std::string_view StemIn(std::string_view name) {
  const std::size_t start = std::min(name.find('.'), name.size());
  return name.substr(start, name.rfind('.') - start);
}

// The process id in "<kind>.<date>.<time>.<pid>...."; 0 if there is none.
pid_t PidOf(std::string_view name) {
  std::size_t at = 0;
  for (int dots = 0; dots < 3; ++dots) {
    at = name.find('.', at);
    if (at == std::string_view::npos) return 0;
    ++at;
  }
  return PidAt(name.substr(at));
}

// Who writes the unfinished file of this name.
pid_t WriterOf(std::string_view name) {
  name.remove_suffix(kPartial.size());
  const std::string_view last = name.substr(name.rfind('.') + 1);
  const bool is_number = last.find_first_not_of(kDigits) == std::string_view::npos;
  return is_number ? PidAt(last) : PidOf(name);
}

// A box whose process lives, perhaps in a container where its id is another one.
bool IsBoxInUse(const std::string& path, pid_t pid) {
  if (IsAlive(pid)) return true;
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  return fd && IsLockedElsewhere(fd.get());
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

pid_t PidOfBox(std::string_view name) {
  constexpr std::string_view kStart = "blackbox.";
  constexpr std::string_view kEnd = ".ring";
  if (name.ends_with(kDamagedBox)) name.remove_suffix(kDamagedBox.size());
  if (!name.starts_with(kStart) || !name.ends_with(kEnd)) return 0;
  name = name.substr(kStart.size(), name.size() - std::min(name.size(), kStart.size() + kEnd.size()));
  const std::size_t pid_end = std::min(name.find('.'), name.size());
  const std::string_view number = name.substr(std::min(pid_end + 1, name.size()));
  const bool has_form = name.find_first_not_of(kDigits) >= pid_end &&
                        number.find_first_not_of(kDigits) == std::string_view::npos;
  return has_form ? PidAt(name) : 0;
}

PartialFile& PartialFile::operator=(PartialFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(suffix_, other.suffix_);
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

Status PartialFile::Commit(Older older) {
  // Some file systems report a full disk only here.
  if (fdatasync(fd_.get()) != 0 && errno != EINVAL && errno != ENOSYS) {
    return Status::FromErrno("cannot flush", partial_path());
  }
  const std::string partial = partial_path();
  const unsigned flags = older == Older::kKept ? RENAME_NOREPLACE : 0;
  int renamed = renameat2(AT_FDCWD, partial.c_str(), AT_FDCWD, path_.c_str(), flags);
  // Not every file system knows the flag.
  if (renamed != 0 && (errno == EINVAL || errno == ENOSYS)) renamed = rename(partial.c_str(), path_.c_str());
  if (renamed != 0) return Status::FromErrno("cannot name", path_);
  fd_.Reset();
  path_.clear();
  return {};
}

std::string FileStore::NewStem(std::uint64_t thread_id) {
  return StemOf(time(nullptr), static_cast<std::uint64_t>(getpid()), thread_id, sequence_.fetch_add(1) + 1);
}

std::string FileStore::StemOf(std::time_t at, std::uint64_t pid, std::uint64_t thread_id, unsigned sequence) {
  tm local{};
  localtime_r(&at, &local);
  char date[64];
  strftime(date, sizeof date, "%Y%m%d.%H%M%S", &local);
  char number[8];
  std::snprintf(number, sizeof number, "%03u", sequence % 1000000);
  return std::string(date) + "." + std::to_string(pid) + "." + std::to_string(thread_id) + "." + number;
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
  std::string suffix;
  if (const pid_t subject = PidOf(NameOf(path)); subject != 0 && subject != getpid()) {
    suffix.append(".").append(std::to_string(getpid()));
  }
  suffix.append(kPartial);
  const std::string partial = path + suffix;
  // O_EXCL and O_NOFOLLOW: never write through a link somebody has laid.
  UniqueFd fd(open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return Status::FromErrno("cannot create", partial);
  file = PartialFile(std::move(path), std::move(fd), suffix);
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
    const pid_t recorder = PidOfBox(name);
    if (recorder == 0 && !IsOurs(name)) continue;
    const std::string path = options_.directory + "/" + item->d_name;
    struct stat info {};
    if (lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) continue;
    if (name.ends_with(kPartial)) {
      if (!IsAlive(WriterOf(name))) unlink(path.c_str());
    } else if (path != newest && (recorder == 0 || !IsBoxInUse(path, recorder))) {
      // A crash's profile is written after its crash file, and does not take its place.
      if (StemIn(name) == StemIn(NameOf(newest))) continue;
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
