#include "core/host/thread_names.h"

#include <dirent.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "core/base/files.h"

namespace loopdet {

pid_t FindThread(const char* name) {
  const std::string tasks = "/proc/self/task";
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(opendir(tasks.c_str()), closedir);
  if (!directory) return 0;
  const std::string wanted = std::string(name) + '\n';
  while (const dirent* task = readdir(directory.get())) {
    if (ReadSmallFile(tasks + '/' + task->d_name + "/comm") == wanted) return std::atoi(task->d_name);
  }
  return 0;
}

}  // namespace loopdet
