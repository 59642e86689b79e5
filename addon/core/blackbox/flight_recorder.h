#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/status.h"
#include "core/blackbox/black_box.h"
#include "core/blackbox/recovery.h"
#include "core/host/cgroup.h"
#include "core/store/file_store.h"

namespace loopdet {

struct FlightRecorderOptions {
  bool on = false;
  bool keep = false;  // the box stays at a normal end too
  std::int64_t bytes = 0;
  std::string identity;  // what the process is, as JSON
};

// The type of record that an event of interface.md is, by its name.
RecordType RecordTypeOf(const nlohmann::json& event);

// The black box of this process: made at the start, written by all its threads, removed at a normal end. One
// that cannot be made does nothing.
class FlightRecorder {
 public:
  FlightRecorder(FileStore& store, const FlightRecorderOptions& options);
  FlightRecorder(const FlightRecorder&) = delete;
  FlightRecorder& operator=(const FlightRecorder&) = delete;
  ~FlightRecorder() { Close(); }

  // Makes crash files of what dead processes left in the store's directory.
  static std::vector<Recovered> Recover(const FileStore& store);

  // Why there is no box; ok if it was not wanted.
  [[nodiscard]] const Status& status() const { return status_; }
  // nullptr: there is none.
  BlackBox* box() { return box_.get(); }

  // An event as a record of its own. From any thread; a thread that appends often has its own RecordWriter.
  void Append(const nlohmann::json& event);
  // Once a second: what the process uses. The warning is of memory that is about to reach the container's
  // limit, once each time it comes near: {code, message}.
  std::optional<nlohmann::json> Tick(const Cgroup& cgroup);

  // The program has called process.exit, or has nothing left to do; its own exit handlers are still to run.
  void Exiting(int code) { exit_code_ = code; }
  // A crash file says what the box would.
  void Crashed();
  // The end: nothing of the program's runs any more.
  void Close();

 private:
  Status Open(FileStore& store, const FlightRecorderOptions& options);

  const bool keep_;
  int exit_code_ = 0;
  std::string directory_;
  std::string existing_;  // the part of its path that was there before us
  std::unique_ptr<BlackBox> box_;
  std::mutex mutex_;  // guards the writer
  std::optional<RecordWriter> writer_;
  bool near_limit_ = false;
  Status status_;
};

}  // namespace loopdet
