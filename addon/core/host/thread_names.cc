#include "core/host/thread_names.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace loopdet {

pid_t FindThread(const char* name) {
  std::error_code failed;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", failed)) {
    std::ifstream comm(task.path() / "comm");
    std::string line;
    if (std::getline(comm, line) && line == name) return std::atoi(task.path().filename().c_str());
  }
  return 0;
}

}  // namespace loopdet
