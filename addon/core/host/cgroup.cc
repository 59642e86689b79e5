#include "core/host/cgroup.h"

#include <fcntl.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/base/files.h"

namespace loopdet {

namespace {

// Version 1 writes "no limit" as a page-rounded INT64_MAX.
constexpr std::int64_t kNoLimit = std::int64_t{1} << 60;

std::optional<std::int64_t> ReadNumber(const std::string& path) {
  const auto text = ReadSmallFile(path, 64);
  if (!text) return std::nullopt;
  std::int64_t value = 0;
  if (std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc())
    return std::nullopt;
  return value;
}

bool HasController(const std::string& controllers, const std::string& name) {
  std::istringstream list(controllers);
  for (std::string one; std::getline(list, one, ',');) {
    if (one == name) return true;
  }
  return false;
}

// In a container the path of /proc/self/cgroup is often one of the host: then the mount point itself is the
// group.
std::string ExistingGroup(const std::string& mount, const std::string& path, const std::string& probe) {
  const std::string group = mount + (path == "/" ? "" : path);
  return UniqueFd(open((group + "/" + probe).c_str(), O_RDONLY | O_CLOEXEC)) ? group : mount;
}

}  // namespace

Cgroup::Cgroup(const std::string& root) {
  const std::string mounts = root + "sys/fs/cgroup";
  std::istringstream lines(ReadSmallFile(root + "proc/self/cgroup").value_or(""));
  // Each line is "<id>:<controllers>:<path>"; version 2 has the one line "0::<path>".
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (HasController(controllers, "cpu")) cpu_directory_ = ExistingGroup(mounts + "/cpu", path, "cpu.stat");
    if (HasController(controllers, "memory")) {
      memory_directory_ = ExistingGroup(mounts + "/memory", path, "memory.limit_in_bytes");
    }
    if (controllers.empty() && cpu_directory_.empty() && memory_directory_.empty()) {
      version2_ = true;
      cpu_directory_ = ExistingGroup(mounts, path, "cpu.stat");
      memory_directory_ = ExistingGroup(mounts, path, "memory.max");
      break;
    }
  }
  if (CpuQuota()) cpu_stat_ = UniqueFd(open((cpu_directory_ + "/cpu.stat").c_str(), O_RDONLY | O_CLOEXEC));
}

MonoNanos Cgroup::ReadThrottled() const {
  const auto text = ReadSmallFile(cpu_stat_);
  if (!text) return 0;
  return version2_ ? NumberAfter(*text, "throttled_usec").value_or(0) * 1000
                   : NumberAfter(*text, "throttled_time").value_or(0);
}

std::optional<std::int64_t> Cgroup::MemoryLimitBytes() const {
  const auto limit = ReadNumber(memory_directory_ + (version2_ ? "/memory.max" : "/memory.limit_in_bytes"));
  return limit && *limit < kNoLimit ? limit : std::nullopt;
}

std::optional<std::int64_t> Cgroup::MemoryUsedBytes() const {
  return ReadNumber(memory_directory_ + (version2_ ? "/memory.current" : "/memory.usage_in_bytes"));
}

std::optional<double> Cgroup::CpuQuota() const {
  std::optional<std::int64_t> quota;
  std::optional<std::int64_t> period;
  if (version2_) {
    // "<quota or max> <period>"
    const auto text = ReadSmallFile(cpu_directory_ + "/cpu.max", 64);
    if (!text || text->starts_with("max")) return std::nullopt;
    quota = NumberAfter(*text, "");
    period = NumberAfter(*text, " ");
  } else {
    quota = ReadNumber(cpu_directory_ + "/cpu.cfs_quota_us");
    period = ReadNumber(cpu_directory_ + "/cpu.cfs_period_us");
  }
  if (!quota || !period || *quota <= 0 || *period <= 0) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

nlohmann::json Cgroup::ToJson() const {
  nlohmann::json json = {{"memoryLimitBytes", nullptr}, {"cpuQuota", nullptr}};
  if (const auto limit = MemoryLimitBytes()) json["memoryLimitBytes"] = *limit;
  if (const auto quota = CpuQuota()) json["cpuQuota"] = *quota;
  return json;
}

std::optional<std::int64_t> AvailableMemoryBytes(const Cgroup& cgroup) {
  std::optional<std::int64_t> available;
  if (const auto text = ReadSmallFile("/proc/meminfo")) {
    if (const auto kilobytes = NumberAfter(*text, "MemAvailable:")) available = *kilobytes * 1024;
  }
  const auto limit = cgroup.MemoryLimitBytes();
  const auto used = cgroup.MemoryUsedBytes();
  if (limit && used) {
    const std::int64_t left = std::max<std::int64_t>(*limit - *used, 0);
    available = available ? std::min(*available, left) : left;
  }
  return available;
}

}  // namespace loopdet
