#include "binding/process.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "binding/native_stack.h"
#include "core/host/read_only_pages.h"

namespace loopdet {

namespace {

using nlohmann::json;

// The one process object, and what guards finding it. Trivially destructible or harmless at exit: threads of
// the program may still run when static destructors do.
struct Registry {
  // One is made when the last has gone: both would have the same black box and the same handlers of signals.
  std::atomic<bool> exists{false};
  std::mutex making;  // taken before `lock`
  std::mutex lock;
  std::weak_ptr<Process> process;
  // Of an environment: an interrupt of one that was stopped must not find the next.
  std::uint64_t last_id = 0;
};
Registry registry;

constexpr MonoNanos kHour = 3'600'000'000'000;

}  // namespace

Process::Process(const ProcessOptions& given)
    : options(given),
      seam(options.without, options.known_symbols),
      store(options.store),
      log(options.log, options.quiet),
      recorder(store, options.black_box),
      uncaught_flag(seam.functions()),
      overhead(options.max_overhead),
      monitor(cgroup, [this] { EverySecond(); }) {
  monitor.RunSoon([this] {
    overhead.MonitorIs(static_cast<pid_t>(syscall(SYS_gettid)));
    (void)recorder.Tick(cgroup);  // the gauges of a process that dies early
  });
  if (BlackBox* box = recorder.box()) fatal_signals.emplace(*box, seam.functions().handles_wasm_trap);
  if (!recorder.status().ok()) WarnOnce("no black box: " + recorder.status().message());
  if (options.black_box.on) monitor.RunSoon([this] { RecoverBoxes(); });
  // The last step: it uses all of the above, and the first environment must not share its start with others.
  if (const Status started = monitor.Start(options.heap_signal); !started.ok())
    EventLog::Warn(started.message());
  // process.exit() frees no environment, and so no process object.
  static std::once_flag registered;
  std::call_once(registered, [] { std::atexit(OnProcessEnd); });
}

Process::~Process() {
  // Nobody asks for a native stack after this.
  monitor.Stop();
  RemoveStackHandler();
}

void Process::OnProcessEnd() {
  std::shared_ptr<Process> process;
  {
    const std::lock_guard guard(registry.lock);
    process = registry.process.lock();
  }
  if (process) process->recorder.Close();
}

void Process::EverySecond() {
  // Not as it starts: a short process would wait for it as it ends.
  if (!std::exchange(is_whole_, true)) {
    seam.LookUpRest();
    seam.LookUpHidden();
    loopdet::ReturnReadOnlyPages(seam.module());
  }
  if (fatal_signals) fatal_signals->RefreshModules();
  if (log.socket().TakeGone()) monitor.TellListenerGone();
  const MonoNanos now = MonotonicNow();
  const auto warn = [this, now](json& warning) {
    warning["time"] = IsoTime(now);
    warning["pid"] = getpid();
    warning["threadId"] = 0;
    Emit(warning);
    monitor.TellWarning(warning);
  };
  if (auto warning = overhead.Look(now)) warn(*warning);
  if (auto warning = recorder.Tick(cgroup)) {
    warn(*warning);
    if (options.report_memory) monitor.TellOfMemory((*warning)["message"]);
  }
}

// What earlier processes left.
void Process::RecoverBoxes() {
  for (const Recovered& box : FlightRecorder::Recover(store)) {
    if (!box.file.empty())
      log.Notice("crash file " + box.file + " of process " + std::to_string(box.pid) + ", which was " +
                 (box.kind == "killed" ? "killed" : "ended by " + box.kind));
    if (!box.error.empty()) EventLog::Warn("black box " + box.box + ": " + box.error);
  }
}

void Process::ReturnReadOnlyPages() {
  monitor.RunSoon([this] { loopdet::ReturnReadOnlyPages(seam.module()); });
}

void Process::Emit(const json& event) {
  recorder.Append(event);
  log.Write(event);
}

std::shared_ptr<Process> Process::Get(const ProcessOptions& options) {
  const std::lock_guard making(registry.making);
  {
    const std::lock_guard guard(registry.lock);
    if (std::shared_ptr<Process> process = registry.process.lock()) return process;
  }
  // The thread that lets go of the last one needs nothing that is held here.
  registry.exists.wait(true);
  const auto unmake = [](Process* last) {
    std::unique_ptr<Process>(last).reset();
    registry.exists = false;
    registry.exists.notify_all();
  };
  const std::shared_ptr<Process> process(std::make_unique<Process>(options).release(), unmake);
  registry.exists = true;
  const std::lock_guard guard(registry.lock);
  registry.process = process;
  return process;
}

template <typename Matches>
Environment* Process::FindIf(Matches matches) {
  // Before the guard: if this is the last to hold it, it goes when the lock has been let go of.
  std::shared_ptr<Process> process;
  const std::lock_guard guard(registry.lock);
  process = registry.process.lock();
  if (!process) return nullptr;
  for (const Entry& entry : process->entries_) {
    if (matches(entry)) return entry.environment;
  }
  return nullptr;
}

Environment* Process::Find(const v8::Isolate* isolate) {
  return FindIf([isolate](const Entry& entry) { return entry.isolate == isolate; });
}

Environment* Process::FindCurrent() {
  const v8::Isolate* isolate = nullptr;
  {
    std::shared_ptr<Process> process;
    const std::lock_guard guard(registry.lock);
    process = registry.process.lock();
    if (process) isolate = process->seam.functions().get_current();
  }
  return isolate == nullptr ? nullptr : Find(isolate);
}

Environment* Process::Find(std::uint64_t id) {
  return FindIf([id](const Entry& entry) { return entry.id == id; });
}

std::uint64_t Process::Register(const v8::Isolate* isolate, Environment* environment) {
  const std::lock_guard guard(registry.lock);
  entries_.push_back({++registry.last_id, isolate, environment});
  return registry.last_id;
}

void Process::Unregister(std::uint64_t id) {
  const std::lock_guard guard(registry.lock);
  std::erase_if(entries_, [id](const Entry& entry) { return entry.id == id; });
}

bool Process::MayWriteFile(MonoNanos now) {
  std::erase_if(files_, [now](MonoNanos at) { return now - at > kHour; });
  if (files_.size() >= options.files_per_hour) return false;
  files_.push_back(now);
  return true;
}

void Process::WarnOnce(const std::string& message) {
  if (!warned_.exchange(true)) EventLog::Warn(message);
}

void Process::WriteStallFile(const std::string& stem, const std::string& text, bool ended) {
  const std::lock_guard guard(stall_writer_);
  // News that comes late must not put an older state over the final one.
  if (!ended && stem == last_ended_stall_) return;
  std::string path;
  const Status written = store.Write("stall", stem, "json", text, path);
  if (!written.ok()) {
    WarnOnce(written.message());
    return;
  }
  if (ended) last_ended_stall_ = stem;
  if (stem != last_stall_) log.Notice("stall file " + path);
  last_stall_ = stem;
}

}  // namespace loopdet
