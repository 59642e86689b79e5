#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "binding/fatal_signals.h"
#include "binding/monitor_thread.h"
#include "binding/overhead_meter.h"
#include "core/blackbox/flight_recorder.h"
#include "core/events/event_log.h"
#include "core/host/cgroup.h"
#include "core/stall/stall.h"
#include "core/store/file_store.h"
#include "v8/uncaught_flag.h"
#include "v8/v8_seam.h"

namespace loopdet {

class Environment;

// What js/config.js has checked; every environment of a process passes the same.
struct ProcessOptions {
  StoreOptions store;
  LogFormat log = LogFormat::kOff;
  bool quiet = false;
  int heap_signal = 0;
  bool report_memory = false;  // a report when memory nears the container's limit
  bool report_lag = false;     // one in a lag storm
  std::size_t files_per_hour = 60;
  double max_overhead = 0.01;  // of a core; 0: any
  StallLimits stall;
  std::vector<std::string> without;
  std::vector<v8::KnownSymbol> known_symbols;
  MonoNanos process_began = 0;
  std::string own_folder;  // of our JavaScript, as scripts are named
  FlightRecorderOptions black_box;
  nlohmann::json identity;  // the part of a file's header that does not change while the process lives
};

// What the environments (the main thread and each worker) of one process share. The first environment makes
// it, each holds it, the last one frees it.
class Process {
 public:
  // Private to Get: use that.
  explicit Process(const ProcessOptions& options);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  static std::shared_ptr<Process> Get(const ProcessOptions& options);
  // The environment that runs on `isolate`, or the one with this number; nullptr once it is gone. A pointer
  // is good on that environment's own thread only.
  static Environment* Find(const v8::Isolate* isolate);
  // Of the isolate that runs on this thread.
  static Environment* FindCurrent();
  static Environment* Find(std::uint64_t id);

  std::uint64_t Register(const v8::Isolate* isolate, Environment* environment);
  void Unregister(std::uint64_t id);

  // An event that C++ has found: to the live log and the black box. From any thread.
  void Emit(const nlohmann::json& event);
  // Soon, on the monitor thread: when all has started, and when Node's scripts have been read.
  void ReturnReadOnlyPages();
  // The process is being ended, and nothing of the program's runs any more (atexit).
  static void OnProcessEnd();

  // Stall files with their profiles, and reports, are bounded: a program that blocks for seconds all day must
  // not fill a disk. With the monitor's lock held.
  bool MayWriteFile(MonoNanos now);
  // No file can be written: one line a process, whoever finds it first.
  void WarnOnce(const std::string& message);
  // Writes or replaces "stall.<stem>.json". One notice per file, one warning per process.
  void WriteStallFile(const std::string& stem, const std::string& text, bool ended);

  const ProcessOptions options;
  v8::Seam seam;
  FileStore store;
  EventLog log;
  const Cgroup cgroup;
  FlightRecorder recorder;
  std::optional<FatalSignals> fatal_signals;  // after the box it writes to
  v8::UncaughtFlag uncaught_flag;
  OverheadMeter overhead;
  MonitorThread monitor;

 private:
  struct Entry {
    std::uint64_t id;
    const v8::Isolate* isolate;
    Environment* environment;
  };
  void EverySecond();
  void RecoverBoxes();
  template <typename Matches>
  static Environment* FindIf(Matches matches);
  bool is_whole_ = false;  // what V8 offers has been looked up; the monitor thread's
  std::vector<Entry> entries_;
  std::vector<MonoNanos> files_;  // of the last hour, when
  std::mutex stall_writer_;       // the monitor thread and a loop's thread may both have news of one stall
  std::string last_stall_;
  std::string last_ended_stall_;
  std::atomic<bool> warned_{false};
};

}  // namespace loopdet
