#pragma once

#include <sys/types.h>

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/clock.h"
#include "core/base/unique_fd.h"

namespace loopdet {

// The system call a thread sits in, and the file, socket or pipe it waits for when the call names one.
struct SystemCall {
  std::string name;
  std::string target;
  int descriptor = -1;  // of calls that take one first
};

// {name, target?}
void to_json(nlohmann::json& json, const SystemCall& call);

// Looks at one thread of this process from outside, through /proc. Each part that the kernel does not offer
// (schedstat without CONFIG_SCHED_INFO, syscall in a locked-down container) is simply absent.
class ThreadProbe {
 public:
  explicit ThreadProbe(pid_t tid);

  struct Times {
    MonoNanos cpu = 0;
    MonoNanos run_queue = 0;
  };
  [[nodiscard]] Times ReadTimes() const;

  enum class Activity { kRunning, kInSystemCall, kUnknown };
  struct Now {
    Activity activity = Activity::kUnknown;
    std::optional<SystemCall> call;
  };
  [[nodiscard]] Now Look() const;

 private:
  pid_t tid_;
  UniqueFd schedstat_;
};

// The fields of a line of /proc/<pid>/task/<tid>/syscall: "running", or "<nr> <arg0> ... <sp> <pc>". Exposed
// for tests.
ThreadProbe::Now ParseSyscallLine(std::string_view line, const std::string& fd_directory);

}  // namespace loopdet
