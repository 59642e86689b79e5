#pragma once

#include <signal.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

#include "core/blackbox/black_box.h"
#include "core/fatal/module_table.h"

namespace loopdet {

// Handles the signals that end a process, for one record in the black box; the process then ends (or lives
// on) exactly as it would have without. One for the process. The handler takes no lock, no memory and no
// stdio.
class FatalSignals {
 public:
  // The program's faults, and what others send to end it.
  static constexpr std::array kSignals{SIGSEGV, SIGBUS,  SIGILL, SIGFPE, SIGABRT, SIGSYS,
                                       SIGTRAP, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGXCPU};
  // V8's: whether a fault is WebAssembly's, out of the bounds of its memory, and has become an exception.
  using HandlesTrap = bool (*)(int, siginfo_t*, void*);

  // `handles_trap` null: this Node lacks it, and a SIGSEGV for which somebody has a handler is left to them.
  FatalSignals(BlackBox& box, HandlesTrap handles_trap, std::span<const int> signals = kSignals);
  FatalSignals(const FatalSignals&) = delete;
  FatalSignals& operator=(const FatalSignals&) = delete;
  // Puts back what was there, where the program has not put anything else.
  ~FatalSignals();

  // Looks which modules are loaded, and makes ready for one more record if one was written. From any thread,
  // outside of handlers; now and then.
  void RefreshModules();

 private:
  // Who writes: a handler or RefreshModules. Waits for a moment at most.
  class Turn;
  // Large enough for 32 frames of long paths.
  static constexpr std::size_t kMaxText = 12 * 1024;

  static void OnSignal(int number, siginfo_t* info, void* context);
  [[nodiscard]] bool Takes(int number, const struct sigaction& before) const;
  [[nodiscard]] bool MayEndProcess(int number, const siginfo_t& info) const;
  void Record(int number, const siginfo_t& info, const void* context);

  BlackBox& box_;
  RecordWriter writer_;
  const HandlesTrap handles_trap_;
  const bool is_init_;  // process 1, which the kernel spares
  std::size_t text_size_;
  std::atomic<bool> busy_{false};
  // What follows belongs to whoever has made it busy.
  bool reserved_ = false;
  std::unique_ptr<const ModuleTable> modules_;
  std::uint64_t module_changes_ = 0;
  std::array<char, kMaxText> text_;
};

// What a thread of ours does to have its own end recorded: its number among the program's threads goes into
// the record, and its handlers get a stack of their own, so that a stack overflow is recorded too. A stack
// that is there already stays. Made and destroyed on that thread.
class SignalThread {
 public:
  explicit SignalThread(std::uint32_t thread_id);
  SignalThread(const SignalThread&) = delete;
  SignalThread& operator=(const SignalThread&) = delete;
  ~SignalThread();

 private:
  std::size_t place_;
  Mapping stack_;
};

}  // namespace loopdet
