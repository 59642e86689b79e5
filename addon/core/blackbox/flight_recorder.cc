#include "core/blackbox/flight_recorder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/events/event_log.h"

namespace loopdet {

namespace {

using nlohmann::json;

// Each container has a process 1, and they may share a directory.
constexpr int kNames = 20;
// Of the container's limit: beyond the first a warning, which is due again below the second.
constexpr double kNearLimit = 0.9;
constexpr double kFarFromLimit = 0.8;

constexpr std::pair<const char*, RecordType> kTypes[] = {
    {"lag", RecordType::kLag},
    {"stall", RecordType::kStall},
    {"slow-io", RecordType::kSlowIo},
    {"gc", RecordType::kGc},
    {"memory", RecordType::kMemory},
    {"warning", RecordType::kWarning},
    {"note", RecordType::kNote},
    {"crash", RecordType::kCapture},
    {"profile", RecordType::kFile},
    {"heap", RecordType::kFile},
    {"exit", RecordType::kExit},
    {"outOfMemory", RecordType::kOutOfMemory},
    {"heapClasses", RecordType::kOutOfMemory},
};

// /proc/self/statm counts pages; 0 where it cannot be read.
std::uint64_t ResidentBytes() {
  const UniqueFd file(open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  std::array<char, 128> text{};
  const ssize_t length = file ? read(file.get(), text.data(), text.size() - 1) : 0;
  unsigned long long pages = 0;
  if (length <= 0 || std::sscanf(text.data(), "%*u %llu", &pages) != 1) return 0;
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

bool Exists(const std::string& path) {
  struct stat info {};
  return lstat(path.c_str(), &info) == 0;
}

}  // namespace

RecordType RecordTypeOf(const json& event) {
  const std::string name = event.value("event", "");
  for (const auto& [known, type] : kTypes) {
    if (name == known) return type;
  }
  return RecordType::kOther;
}

FlightRecorder::FlightRecorder(FileStore& store, const FlightRecorderOptions& options) : keep_(options.keep) {
  if (!options.on) return;
  status_ = Open(store, options);
  if (box_) writer_.emplace(*box_);
}

Status FlightRecorder::Open(FileStore& store, const FlightRecorderOptions& options) {
  BoxLayout layout;
  layout.file_bytes = static_cast<std::uint64_t>(options.bytes);
  const std::string& directory = store.directory();
  directory_ = existing_ = directory;
  while (!existing_.empty() && !Exists(existing_)) existing_.resize(existing_.rfind('/'));
  if (Status ready = store.EnsureDirectory(); !ready.ok()) return ready;
  const std::string stem = directory + "/blackbox." + std::to_string(getpid());
  // In a container each process has the id that the one before it had: what that left comes first.
  if (Exists(stem + ".ring")) (void)Recover(store);
  Status made;
  for (int number = 1; number <= kNames; ++number) {
    const std::string path = number == 1 ? stem + ".ring" : stem + "." + std::to_string(number) + ".ring";
    if (Exists(path)) continue;
    made = BlackBox::Create(path, layout, options.identity, box_);
    // Another process that has the same directory may just have removed it, which was empty.
    if (!made.ok() && !Exists(directory) && store.EnsureDirectory().ok()) {
      made = BlackBox::Create(path, layout, options.identity, box_);
    }
    break;
  }
  return made;
}

std::vector<Recovered> FlightRecorder::Recover(const FileStore& store) {
  std::vector<Recovered> boxes;
  (void)RecoverDirectory(store.options(), false, boxes);
  return boxes;
}

void FlightRecorder::Append(const json& event) {
  if (!box_) return;
  const std::string text = ToText(event);
  const auto thread_id = event.value("threadId", std::uint32_t{0});
  const std::lock_guard guard(mutex_);
  if (writer_) writer_->Append(RecordTypeOf(event), thread_id, text);
}

std::optional<json> FlightRecorder::Tick(const Cgroup& cgroup) {
  Gauges gauges;
  gauges.rss = ResidentBytes();
  gauges.memory_current = static_cast<std::uint64_t>(cgroup.MemoryUsedBytes().value_or(0));
  gauges.memory_limit = static_cast<std::uint64_t>(cgroup.MemoryLimitBytes().value_or(0));
  gauges.throttled_nanos = static_cast<std::uint64_t>(cgroup.ReadThrottled());
  if (box_) box_->SetGauges(gauges);

  if (gauges.memory_limit == 0) return std::nullopt;
  // The group's use counts what the kernel would drop first (files it has read), and a process's own what is
  // not counted there (files that are mapped): the smaller one is what matters.
  const double used = static_cast<double>(std::min(gauges.rss, gauges.memory_current)) /
                      static_cast<double>(gauges.memory_limit);
  if (used < kFarFromLimit) near_limit_ = false;
  if (used < kNearLimit || std::exchange(near_limit_, true)) return std::nullopt;
  constexpr std::uint64_t kMegabyte = 1 << 20;
  return json{{"event", "warning"},
              {"code", "memory-limit"},
              {"message", "the process uses " + std::to_string(gauges.rss / kMegabyte) +
                              " of the container's " + std::to_string(gauges.memory_limit / kMegabyte) +
                              " MB: the kernel kills it at the limit"}};
}

void FlightRecorder::Crashed() {
  if (box_) box_->SetState(BoxState::kCrashed, 0);
}

void FlightRecorder::Close() {
  if (!box_) return;
  {
    const std::lock_guard guard(mutex_);
    writer_.reset();
  }
  box_->SetState(BoxState::kExited, static_cast<std::uint32_t>(exit_code_));
  if (keep_) return;
  // One that cannot be removed is no more than a file too many; the next start removes it.
  (void)box_->Remove();
  // A program that had nothing to tell leaves no empty directory.
  for (std::string path = directory_; path.size() > existing_.size(); path.resize(path.rfind('/'))) {
    if (rmdir(path.c_str()) != 0) break;
  }
}

}  // namespace loopdet
