#include "core/host/lockdown.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <thread>

namespace loopdet {
namespace {

// What fails in a process that is locked down; 0 if all that should fails.
int TryAll() {
  if (open("/etc/hostname", O_RDONLY) != -1 || errno != EPERM) return 2;
  if (open("/tmp/loopdet-lockdown", O_WRONLY | O_CREAT, 0600) != -1 || errno != EPERM) return 3;
  if (socket(AF_INET, SOCK_STREAM, 0) != -1 || errno != EPERM) return 4;
  if (fork() != -1 || errno != EPERM) return 5;
  if (kill(getppid(), 0) != -1 || errno != EPERM) return 6;
  if (unlink("/tmp/loopdet-lockdown") != -1 || errno != EPERM) return 7;
  return 0;
}

int InChild(int (*body)()) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(LockDown, LeavesNothingButComputingAndOpenDescriptors) {
  EXPECT_EQ(InChild([] {
              int pipes[2];
              if (pipe(pipes) != 0 || !LockDown().ok()) return 1;
              char one = 'x';
              if (write(pipes[1], &one, 1) != 1 || read(pipes[0], &one, 1) != 1) return 8;
              return TryAll();
            }),
            0);
}

TEST(LockDown, HoldsForThreadsThatWereThere) {
  EXPECT_EQ(InChild([] {
              std::atomic<bool> running = false;
              std::atomic<bool> locked = false;
              std::atomic<int> result = -1;
              std::thread other([&] {
                running = true;
                while (!locked) std::this_thread::yield();
                result = TryAll();
                while (true) std::this_thread::yield();
              });
              // UndefinedBehaviorSanitizer checks how a thread begins and ends by a pipe that it makes.
              while (!running) std::this_thread::yield();
              other.detach();
              if (!LockDown().ok()) return 1;
              locked = true;
              while (result == -1) std::this_thread::yield();
              return result.load();
            }),
            0);
}

}  // namespace
}  // namespace loopdet
