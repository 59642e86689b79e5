#pragma once

#include <napi.h>
#include <uv.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "binding/cpu_profiler.h"
#include "binding/fatal_signals.h"
#include "binding/heap_limit.h"
#include "binding/io_watch.h"
#include "binding/loop_watch.h"
#include "binding/process.h"
#include "binding/rejection_hook.h"
#include "binding/stack_format.h"
#include "binding/throw_hook.h"
#include "core/store/file_store.h"

namespace loopdet {

class Environment;

// What one Node-API environment has, recorded or not: the addon's instance data.
struct Instance {
  Environment* environment = nullptr;  // nullptr: nothing is recorded
  std::uint32_t first_io_slot = 0;     // of the next recording: callbacks of this one are still to come
};

struct EnvironmentOptions {
  std::uint64_t thread_id = 0;
  std::size_t stack_bytes = 0;
  bool tell_of_heap_limit = false;     // nobody else is told of a heap near its limit
  MonoNanos profile_window = 0;        // 0: no CPU profile in this thread
  MonoNanos profile_interval = 0;      // between two samples of it
  std::optional<IoWatch::Options> io;  // nothing: no I/O is timed
};

// Everything loopdet keeps for one environment that it records: the main thread's or a worker's. Made and
// used on that thread. It owns three libuv handles, none of which keeps the loop alive; it is freed in the
// last one's close callback.
class Environment {
 public:
  struct Handlers {
    Napi::FunctionReference events;         // () => void: take the events
    Napi::FunctionReference heap_snapshot;  // () => void
    Napi::FunctionReference stall_profile;  // () => void
    Napi::FunctionReference out_of_memory;  // () => void
    Napi::FunctionReference report;         // () => void
    Napi::FunctionReference listener_gone;  // () => void: whoever listened to the live events; may call Stop
    Napi::FunctionReference rested;         // () => void: once, as the loop first rests
  };

  // Starts to watch this thread's loop, as `instance.environment`, until Stop or the environment's own
  // cleanup.
  static void Start(Napi::Env env, Instance& instance, const ProcessOptions& process,
                    const EnvironmentOptions& options, Handlers handlers);
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  // The process is about to exit: report what is finished, and let nothing of ours run beside the teardown.
  void Exiting();
  // Puts back all that was there before, and frees all but what libuv still closes. Functions of this object
  // may stand on the stack: none may use a member after JavaScript of ours has run, unless alive().
  void Stop();

  Process& process() { return *process_; }
  LoopWatch& watch() { return *watch_; }
  ThrowHook& throw_hook() { return *throw_hook_; }
  RejectionHook& rejection_hook() { return *rejection_hook_; }
  StackFormat& stack_format() { return *stack_format_; }
  [[nodiscard]] v8::Isolate* isolate() const { return isolate_; }
  // nullptr when there is no CPU profile.
  CpuProfiler* profiler() { return profiler_ ? &*profiler_ : nullptr; }
  // nullptr when no I/O is timed.
  IoWatch* io() { return io_.get(); }
  // nullptr when nobody wants to know.
  HeapLimit* heap_limit() { return heap_limit_ ? &*heap_limit_ : nullptr; }
  // Whether JavaScript of ours may still be called.
  [[nodiscard]] bool alive() const { return !gone_; }
  // There is news for the `events` handler, which is called when the loop turns.
  void AskForEvents() { Ask(kEvents); }
  // An event of this thread's JavaScript, as text, for the black box. Acknowledged when it returns true.
  bool Record(RecordType type, std::string_view text);
  // Files in the making, by number.
  std::map<std::uint32_t, PartialFile>& files() { return files_; }

 private:
  Environment(Napi::Env env, Instance& instance, const ProcessOptions& process,
              const EnvironmentOptions& options, Handlers handlers);
  ~Environment() = default;
  friend struct std::default_delete<Environment>;

  void Ask(unsigned work);
  void Rest();
  void RunWork(unsigned allowed);
  static void OnWorkInterrupt(v8::Isolate* isolate, void* id);
  static void OnHeapLimitInterrupt(v8::Isolate* isolate, void* id);
  void WatchHeapLimit(bool tell);
  static void OnCleanup(napi_async_cleanup_hook_handle handle, void* self);
  static void OnClosed(uv_handle_t* handle);

  Napi::Env env_;
  Instance& instance_;
  Handlers handlers_;
  std::shared_ptr<Process> process_;
  // Where this thread is in the black box; nothing: there is none, or no room.
  std::optional<ThreadArea> area_;
  std::optional<RecordWriter> records_;
  v8::Isolate* isolate_ = nullptr;
  std::uint64_t id_ = 0;
  const std::uint64_t thread_id_;
  std::optional<CpuProfiler> profiler_;
  std::unique_ptr<IoWatch> io_;
  std::unique_ptr<LoopWatch> watch_;
  std::unique_ptr<ThrowHook> throw_hook_;
  std::unique_ptr<RejectionHook> rejection_hook_;
  std::unique_ptr<StackFormat> stack_format_;
  std::optional<SignalThread> signal_thread_;
  std::optional<HeapLimit> heap_limit_;
  std::map<std::uint32_t, PartialFile> files_;
  std::atomic<unsigned> work_{0};
  bool in_work_ = false;
  bool gone_ = false;     // exiting or stopped: no JavaScript of ours is called any more
  bool stopped_ = false;  // nothing is left but the handles

  uv_prepare_t prepare_{};
  uv_check_t check_{};
  uv_async_t async_{};
  int open_handles_ = 3;
  napi_async_cleanup_hook_handle cleanup_ = nullptr;
};

}  // namespace loopdet
