#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "core/base/clock.h"
#include "core/base/unique_fd.h"

namespace loopdet {

// The control group this process lives in, version 1 or 2. A machine without one has no limits.
class Cgroup {
 public:
  // `root` is "/" but for tests.
  explicit Cgroup(const std::string& root = "/");

  // How long the group has been out of CPU quota, in all; 0 without a quota.
  [[nodiscard]] MonoNanos ReadThrottled() const;
  [[nodiscard]] std::optional<std::int64_t> MemoryLimitBytes() const;
  [[nodiscard]] std::optional<std::int64_t> MemoryUsedBytes() const;
  // CPUs per period that the group may use (1.5 = one and a half).
  [[nodiscard]] std::optional<double> CpuQuota() const;
  // {memoryLimitBytes, cpuQuota}; null where there is no limit
  [[nodiscard]] nlohmann::json ToJson() const;

 private:
  bool version2_ = false;
  std::string cpu_directory_;
  std::string memory_directory_;
  UniqueFd cpu_stat_;  // open only if there is a quota
};

// Bytes that this process could still get before something is killed: the machine's MemAvailable or what is
// left of the cgroup's limit, whichever is less. Nothing if neither can be read.
std::optional<std::int64_t> AvailableMemoryBytes(const Cgroup& cgroup);

}  // namespace loopdet
