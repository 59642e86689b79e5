#include "core/blackbox/box_document.h"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/stall/stack.h"

namespace loopdet {

namespace {

using nlohmann::json;

constexpr std::int64_t kSecond = 1'000'000'000;
// Longer after its crash file, or after V8 told of its last memory, a process has died of something else.
constexpr MonoNanos kLastsAfterCrash = 10 * kSecond;
constexpr MonoNanos kLastsAfterOutOfMemory = 60 * kSecond;
// A heartbeat has no checksum: one that is this far from all that has is no time.
constexpr MonoNanos kBelievable = 24 * 3600 * kSecond;
// Between a time as text and the same in nanoseconds, when a clock was set a little meanwhile.
constexpr std::int64_t kClockSlack = kSecond / 10;
// Of the container's limit: from here on the kernel's kill is the likely end.
constexpr double kNearLimit = 0.9;

constexpr std::size_t kMostEvents = 200;
constexpr std::size_t kMostEventBytes = 1 << 20;
constexpr std::size_t kMostPerSection = 100;
constexpr std::size_t kMostInFlight = 1000;
constexpr std::size_t kMostFrames = 200;
constexpr std::size_t kMostNotes = 100;

constexpr std::string_view kCauses[] = {"js",      "gc",        "syscall", "native",
                                        "starved", "throttled", "stopped", "unknown"};
constexpr std::string_view kKinds[] = {
    "uncaughtException", "unhandledRejection", "outOfMemory", "signal", "killed", "exit", "manual"};

template <std::size_t N>
bool IsOneOf(std::string_view word, const std::string_view (&words)[N]) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

// ---- Reading JSON that may hold anything --------------------------------------------------------------

const json& At(const json& object, const char* key) {
  static const json kNothing;
  if (!object.is_object()) return kNothing;
  const auto found = object.find(key);
  return found == object.end() ? kNothing : *found;
}

std::string TextAt(const json& object, const char* key) {
  const json& value = At(object, key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

json TextOrNull(const json& object, const char* key) {
  const json& value = At(object, key);
  return value.is_string() ? value : json();
}

std::optional<double> NumberAt(const json& object, const char* key) {
  const json& value = At(object, key);
  if (!value.is_number()) return std::nullopt;
  const auto number = value.get<double>();
  return std::isfinite(number) ? std::optional(number) : std::nullopt;
}

// At least 0, as every number of ours.
std::optional<double> AmountAt(const json& object, const char* key) {
  const auto number = NumberAt(object, key);
  return number && *number >= 0 ? number : std::nullopt;
}

json CountOrNull(const json& object, const char* key) {
  const json& value = At(object, key);
  return value.is_number_unsigned() ? value : json();
}

json TextsAt(const json& object, const char* key) {
  json texts = json::array();
  for (const json& value : At(object, key)) {
    if (value.is_string()) texts.push_back(value);
  }
  return texts;
}

std::uint32_t ThreadIdOf(const json& thread) {
  const json& id = At(thread, "threadId");
  return id.is_number_unsigned() && id <= UINT32_MAX ? id.get<std::uint32_t>() : 0;
}

json Unknown(const std::string& why) {
  return {{"error", why}};
}

// ---- Time ---------------------------------------------------------------------------------------------

// Any numbers: they may overflow.
std::int64_t Minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

double MsBetween(std::int64_t from, std::int64_t to) {
  const double ms = (static_cast<double>(to) - static_cast<double>(from)) / 1e6;
  return std::max(0.0, std::round(ms * 1000) / 1000);
}

std::optional<std::int64_t> ParseIso(const std::string& text) {
  tm utc{};
  int millis = 0;
  int used = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &utc.tm_year, &utc.tm_mon, &utc.tm_mday,
                  &utc.tm_hour, &utc.tm_min, &utc.tm_sec, &millis, &used) != 7 ||
      static_cast<std::size_t>(used) != text.size() || text.size() != sizeof "2026-01-31T09:08:07.123Z" - 1) {
    return std::nullopt;
  }
  utc.tm_year -= 1900;
  utc.tm_mon -= 1;
  // Beyond it nanoseconds do not fit into 64 bits.
  if (utc.tm_year < 70 || utc.tm_year > 300 || utc.tm_mon < 0 || utc.tm_mon > 11) return std::nullopt;
  return static_cast<std::int64_t>(timegm(&utc)) * kSecond + millis * std::int64_t{1'000'000};
}

// The moment that an event names, or that of its record.
std::string TimeOf(const json& event, const json& record) {
  std::string time = TextAt(event, "time");
  return ParseIso(time) ? time : TextAt(record, "wallTime");
}

// ---- The parts of events ------------------------------------------------------------------------------

json Stack(const json& value) {
  json stack = json::array();
  for (const json& entry : value.is_array() ? value : json::array()) {
    if (!entry.is_object() || stack.size() >= kMostFrames) continue;
    json frame = {{"functionName", TextAt(entry, "functionName")},
                  {"url", TextAt(entry, "url")},
                  {"line", CountOrNull(entry, "line")},
                  {"column", CountOrNull(entry, "column")}};
    for (const char* key : {"line", "column"}) {
      if (frame[key] == 0) frame[key] = nullptr;
    }
    stack.push_back(std::move(frame));
  }
  return stack;
}

json Cause(const json& event) {
  const std::string cause = TextAt(event, "cause");
  return IsOneOf(cause, kCauses) ? cause : "unknown";
}

// {name, target?, number?, fd?}; null if there is none.
json SystemCallOf(const json& event) {
  const json& call = At(event, "syscall");
  if (!At(call, "name").is_string()) return nullptr;
  json result = {{"name", call["name"]}, {"target", TextOrNull(call, "target")}};
  for (const char* key : {"number", "fd"}) {
    if (At(call, key).is_number_integer()) result[key] = call[key];
  }
  return result;
}

// The synchronous operations of a stall.
json BlockingOperations(const json& event) {
  json operations = json::array();
  for (const json& one : At(event, "io")) {
    if (!AmountAt(one, "durationMs") || !ParseIso(TextAt(one, "startTime"))) continue;
    operations.push_back({{"kind", TextAt(one, "kind")},
                          {"target", TextAt(one, "target")},
                          {"startTime", one["startTime"]},
                          {"durationMs", one["durationMs"]}});
    if (At(one, "method").is_string()) operations.back()["method"] = one["method"];
  }
  return operations;
}

// What lags and stalls have beside their stacks.
void AddDetails(const json& event, json& result) {
  if (At(event, "native").is_array()) result["native"] = TextsAt(event, "native");
  if (json operations = BlockingOperations(event); !operations.empty()) result["io"] = std::move(operations);
}

std::optional<json> LagEvent(const json& event, const json& record) {
  if (!AmountAt(event, "durationMs")) return std::nullopt;
  json lag = {{"time", TimeOf(event, record)},
              {"durationMs", event["durationMs"]},
              {"cause", Cause(event)},
              {"stack", Stack(At(event, "stack"))}};
  if (json call = SystemCallOf(event); !call.is_null()) lag["syscall"] = std::move(call);
  AddDetails(event, lag);
  return lag;
}

std::optional<json> SlowOperation(const json& event) {
  if (!AmountAt(event, "durationMs") || !ParseIso(TextAt(event, "startTime"))) return std::nullopt;
  json operation = {{"kind", TextAt(event, "kind")},
                    {"target", TextOrNull(event, "target")},
                    {"startTime", event["startTime"]},
                    {"durationMs", event["durationMs"]},
                    {"stack", Stack(At(event, "stack"))}};
  for (const char* key : {"method", "error"}) {
    if (At(event, key).is_string()) operation[key] = event[key];
  }
  const json& status = At(event, "status");
  if (status.is_number_integer() || status.is_string()) operation["status"] = status;
  if (AmountAt(event, "firstByteMs")) operation["firstByteMs"] = event["firstByteMs"];
  if (At(event, "sharedStack") == true) operation["sharedStack"] = true;
  return operation;
}

json AccountingOf(const json& stall) {
  const json& given = At(stall, "accounting");
  if (!AmountAt(given, "wallMs")) return nullptr;
  json result = {{"wallMs", given["wallMs"]}};
  for (const char* key : {"cpuMs", "runQueueMs", "gcMs", "throttledMs", "stoppedMs"}) {
    result[key] = AmountAt(given, key) ? given[key] : json();
  }
  return result;
}

std::string SignalName(int number) {
  static const std::map<int, const char*> kNames = {
      {SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},   {SIGQUIT, "SIGQUIT"}, {SIGILL, "SIGILL"},
      {SIGTRAP, "SIGTRAP"}, {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
      {SIGKILL, "SIGKILL"}, {SIGSEGV, "SIGSEGV"}, {SIGTERM, "SIGTERM"}, {SIGXCPU, "SIGXCPU"},
      {SIGSYS, "SIGSYS"},   {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"}, {SIGPIPE, "SIGPIPE"},
      {SIGALRM, "SIGALRM"},
  };
  const auto found = kNames.find(number);
  return found == kNames.end() ? "signal " + std::to_string(number) : found->second;
}

std::string Megabytes(std::uint64_t bytes) {
  return std::to_string(bytes / 1'000'000) + " MB";
}

// ---- The document -------------------------------------------------------------------------------------

class Describer {
 public:
  Describer(const BoxContents& box, const BoxCircumstances& circumstances)
      : box_(box), circumstances_(circumstances), raw_(ToJson(box)) {
    FindLastSign();
    ReadRecords();
    Judge();
    FindStall();
    FindFrames();
  }

  [[nodiscard]] BoxDocument Document() const {
    json error = Error();
    json document = {{"schemaVersion", 1},
                     {"complete", IsWhole()},
                     {"truncated", Truncated()},
                     {"kind", kind_},
                     {"error", std::move(error)},
                     {"header", Header()},
                     {"frames", Frames()},
                     {"capture", Capture()},
                     {"lag", Lag()},
                     {"stall", stall_},
                     {"io", Io()},
                     {"memory", Memory()},
                     {"gc", Gc()},
                     {"profile", nullptr},
                     {"blackbox", Box()},
                     {"Paused", json::array()},
                     {"RemoteObjects", json::object()},
                     {"Scripts", json::object()}};
    for (const char* section : {"resources", "handles", "redaction", "overhead", "Report"}) {
      document[section] = Unknown(NotKnown());
    }
    if (!signal_.empty()) document["signal"] = signal_;
    return {kind_, WallOf(box_, last_sign_), thread_id_, std::move(document)};
  }

  // Empty: the process ended otherwise.
  [[nodiscard]] std::string CrashFile() const {
    const bool ended_by_it = box_.state == BoxState::kCrashed && crash_ != nullptr &&
                             Minus(last_sign_, TimeNsOf(*crash_)) <= kLastsAfterCrash;
    return ended_by_it ? TextAt(At(*crash_, "payload"), "file") : std::string();
  }

 private:
  [[nodiscard]] static MonoNanos TimeNsOf(const json& record) {
    const json& time = At(record, "timeNs");
    return time.is_number_integer() ? time.get<MonoNanos>() : 0;
  }

  void FindLastSign() {
    last_sign_ = box_.header.mono_anchor;
    if (box_.gauges) last_sign_ = std::max(last_sign_, box_.gauges->time);
    for (const auto& record : box_.records) last_sign_ = std::max(last_sign_, record.time);
    for (const auto& thread : box_.threads) {
      if (thread.heap) last_sign_ = std::max(last_sign_, thread.heap->time);
    }
    const MonoNanos certain = last_sign_;
    for (const auto& thread : box_.threads) {
      if (!thread.heartbeat || Minus(thread.heartbeat->since, certain) > kBelievable) continue;
      last_sign_ = std::max(last_sign_, thread.heartbeat->since);
    }
    // The monitor writes a stall anew while the loop stands still.
    for (const json& thread : raw_["threads"]) {
      const json& stall = At(thread, "stall");
      const auto start = ParseIso(TextAt(stall, "startTime"));
      const auto lasted = AmountAt(stall, "sinceMs");
      if (!start || !lasted || *lasted * 1e6 > kBelievable) continue;
      const MonoNanos since_last = Minus(*start + FromMs(*lasted), WallOf(box_, last_sign_));
      if (since_last > 0 && since_last < kBelievable) last_sign_ += since_last;
    }
  }

  void ReadRecords() {
    for (const json& record : raw_["records"]) {
      const json& event = At(record, "payload");
      const std::string name = TextAt(event, "event");
      if (name.empty()) {
        ++skipped_;
        continue;
      }
      events_.push_back(&record);
      if (name == "lag") {
        if (auto lag = LagEvent(event, record)) lags_.push_back(std::move(*lag));
      } else if (name == "slow-io") {
        if (auto operation = SlowOperation(event)) slow_.push_back(std::move(*operation));
      } else if (name == "stall") {
        last_stall_ = &record;
      } else if (name == "note") {
        AddNote(event, record);
      } else if (name == "memory") {
        memory_ = &event;
      } else if (name == "crash") {
        crash_ = &record;
      } else if (name == "fatal") {
        fatal_ = &record;
      } else if (name == "outOfMemory") {
        out_of_memory_ = &record;
        heap_classes_ = nullptr;
      } else if (name == "heapClasses") {
        heap_classes_ = &event;
      }
    }
  }

  void AddNote(const json& event, const json& record) {
    const std::string key = TextAt(event, "key");
    std::erase_if(notes_, [&key](const json& note) { return note["key"] == key; });
    notes_.push_back({{"key", key}, {"value", At(event, "value")}, {"time", TimeOf(event, record)}});
    if (notes_.size() > kMostNotes) notes_.erase(notes_.begin());
  }

  // How it ended.
  void Judge() {
    const bool is_known = box_.state >= BoxState::kRunning && box_.state <= BoxState::kCrashed;
    // A fault that the program handles, as WebAssembly's bounds checks, leaves a record and no such state.
    const bool signalled = box_.state == BoxState::kSignalled || (!is_known && fatal_ != nullptr);
    if (!signalled) fatal_ = nullptr;
    const json& fatal = fatal_ != nullptr ? At(*fatal_, "payload") : json();
    const auto number = static_cast<int>(
        NumberAt(fatal, "number")
            .value_or(box_.state == BoxState::kSignalled ? static_cast<double>(box_.detail % 1000) : 0));
    if (signalled) {
      signal_ = TextAt(fatal, "signal");
      if (signal_.empty()) signal_ = SignalName(number);
    }
    if (fatal_ != nullptr) thread_id_ = ThreadIdOf(*fatal_);

    const bool aborted = number == SIGABRT || number == SIGTRAP || number == SIGILL;
    // A worker that has no memory left ends alone.
    const bool of_process = out_of_memory_ != nullptr && (aborted || ThreadIdOf(*out_of_memory_) == 0);
    const bool just_now =
        of_process && Minus(last_sign_, TimeNsOf(*out_of_memory_)) <= kLastsAfterOutOfMemory;
    if (circumstances_.alive) {
      kind_ = "manual";
    } else if (just_now && (signalled ? aborted : box_.state == BoxState::kRunning)) {
      kind_ = "outOfMemory";
      thread_id_ = ThreadIdOf(*out_of_memory_);
    } else if (signalled) {
      kind_ = "signal";
    } else if (box_.state == BoxState::kExited) {
      kind_ = "exit";
    } else if (circumstances_.file_lost && crash_ != nullptr) {
      const std::string kind = TextAt(At(*crash_, "payload"), "kind");
      kind_ = IsOneOf(kind, kKinds) ? kind : "killed";
      thread_id_ = ThreadIdOf(*crash_);
    } else {
      kind_ = "killed";
    }
  }

  [[nodiscard]] std::string NotKnown() const {
    if (kind_ == "manual") return "not known: only the black box was read";
    if (kind_ == "exit") return "not known: the process has ended";
    return kind_ == "killed" ? "not known: the process was killed"
                             : "not known: the process ended before it could be asked";
  }

  // The thread whose end it was, else the main one, else any.
  [[nodiscard]] const json* MainThread() const {
    const json& threads = raw_["threads"];
    for (const std::uint32_t wanted : {thread_id_, std::uint32_t{0}}) {
      for (const json& thread : threads) {
        if (ThreadIdOf(thread) == wanted) return &thread;
      }
    }
    return threads.empty() ? nullptr : &threads[0];
  }

  // Since when its turn has been busy; nothing while it waits, or where that is not told.
  [[nodiscard]] static std::optional<MonoNanos> BusySince(const json& thread) {
    const json& heartbeat = At(thread, "heartbeat");
    if (!heartbeat.is_object() || At(heartbeat, "polling") != false) return std::nullopt;
    const json& since = At(heartbeat, "sinceNs");
    if (!since.is_number_integer() || since == 0) return std::nullopt;
    return since.get<MonoNanos>();
  }

  void FindStall() {
    for (const json& thread : raw_["threads"]) {
      if (stall_.is_object() && &thread != MainThread()) continue;
      json found = StallOf(thread);
      if (found.is_object()) {
        stall_ = std::move(found);
        stalled_thread_ = ThreadIdOf(thread);
      }
    }
  }

  // The stall that was under way at the last sign of life, or null.
  [[nodiscard]] json StallOf(const json& thread) const {
    const json& written = At(thread, "stall");
    const json& text = At(written, "stall").is_object() ? written["stall"] : written;
    const std::optional<MonoNanos> busy = BusySince(thread);
    const json& since = At(At(thread, "heartbeat"), "sinceNs");
    const auto start = ParseIso(TextAt(text, "startTime"));
    // The loop has turned since: nobody had the time to take the text away.
    const bool is_over = start && since.is_number_integer() &&
                         Minus(WallOf(box_, since.get<MonoNanos>()), *start) > kClockSlack;
    if (text.is_object() && AmountAt(text, "sinceMs") && !is_over) {
      json stall = {{"sinceMs", text["sinceMs"]},
                    {"cause", Cause(text)},
                    {"samples", json::array()},
                    {"syscall", SystemCallOf(text)}};
      if (start) {
        stall["startTime"] = text["startTime"];
        const double until_last = MsBetween(*start, WallOf(box_, last_sign_));
        if (until_last > stall["sinceMs"]) stall["sinceMs"] = until_last;
      }
      for (const json& sample : At(text, "samples")) {
        const json& count = At(sample, "count");
        if (!count.is_number_unsigned() || count == 0) continue;
        stall["samples"].push_back({{"count", count}, {"stack", Stack(At(sample, "stack"))}});
      }
      if (json accounting = AccountingOf(text); accounting.is_object()) {
        stall["accounting"] = std::move(accounting);
      }
      AddDetails(text, stall);
      return stall;
    }
    // No text: the heartbeat and the stall's record say at least that there was one.
    const double threshold = Threshold();
    if (!busy || threshold <= 0 || MsBetween(*busy, last_sign_) < threshold) return nullptr;
    json stall = {{"sinceMs", MsBetween(*busy, last_sign_)},
                  {"startTime", IsoWall(WallOf(box_, *busy))},
                  {"cause", "unknown"},
                  {"samples", json::array()},
                  {"syscall", nullptr}};
    if (last_stall_ != nullptr && ThreadIdOf(*last_stall_) == ThreadIdOf(thread) &&
        TimeNsOf(*last_stall_) >= *busy) {
      const json& event = At(*last_stall_, "payload");
      stall["cause"] = Cause(event);
      stall["syscall"] = SystemCallOf(event);
      AddDetails(event, stall);
      if (json stack = Stack(At(event, "stack")); !stack.empty()) {
        stall["samples"].push_back({{"count", 1}, {"stack", std::move(stack)}});
      }
    }
    return stall;
  }

  // Of what was going on. A stall that is over has its stack among the events: the frames of a program that
  // waits would mislead.
  void FindFrames() {
    if (kind_ == "outOfMemory") {
      stack_ = Stack(At(At(*out_of_memory_, "payload"), "stack"));
      stack_of_ = "what allocated as the heap was full";
    }
    if (stack_.empty() && stall_.is_object()) {
      for (const json& sample : stall_["samples"]) {
        if (stack_.empty()) stack_ = sample["stack"];
      }
      stack_of_ = "the stall that was under way";
      if (stalled_thread_ != 0) stack_of_ += " in worker thread " + std::to_string(stalled_thread_);
    }
  }

  [[nodiscard]] bool IsWhole() const {
    const auto& damage = box_.damage;
    return damage.bad_chunks + damage.bad_records + damage.bad_areas + damage.cut_areas +
               damage.missing_bytes ==
           0;
  }

  // Sequence numbers that are missing after the oldest record that is still there.
  [[nodiscard]] std::uint64_t Lost() const {
    if (box_.records.empty()) return 0;
    const std::uint64_t span = box_.records.back().sequence - box_.records.front().sequence + 1;
    return span > box_.records.size() ? span - box_.records.size() : 0;
  }

  [[nodiscard]] json Truncated() const {
    json list = json::array();
    list.push_back({{"what", "locals, handles, resources, CPU profile and Node's report"},
                    {"why", "only what the black box holds is known"}});
    if (!IsWhole()) list.push_back({{"what", "parts of the black box"}, {"why", "they are damaged"}});
    if (const auto lost = Lost(); lost != 0) {
      list.push_back({{"what", "records of the black box"},
                      {"why", "written over, dropped or damaged"},
                      {"omitted", lost}});
    }
    if (skipped_ != 0) {
      list.push_back(
          {{"what", "records of the black box"}, {"why", "they are no events"}, {"omitted", skipped_}});
    }
    return list;
  }

  [[nodiscard]] json Error() const {
    if (kind_ == "manual") return nullptr;
    const std::string last = " Its last sign of life was at " + IsoWall(WallOf(box_, last_sign_)) + ".";
    std::string name = "Killed";
    std::string message;
    if (kind_ == "outOfMemory") {
      name = "OutOfMemory";
      message = OutOfMemoryMessage() + last;
    } else if (kind_ == "signal") {
      name = signal_;
      message = SignalMessage() + last;
    } else if (kind_ == "exit") {
      name = "Exit";
      message = "The process ended by itself with exit code " + std::to_string(box_.detail) + "." + last;
    } else if (kind_ != "killed" || (circumstances_.file_lost && crash_ != nullptr)) {
      name = "CrashFileLost";
      message = "The process ended by an exception. The crash file that it wrote, " +
                TextAt(At(*crash_, "payload"), "file") + ", is gone: this is what its black box knows." +
                last;
    } else {
      message = KilledMessage() + last;
    }
    return {{"name", name}, {"message", message}, {"stack", nullptr}};
  }

  [[nodiscard]] std::string OutOfMemoryMessage() const {
    const json& event = At(*out_of_memory_, "payload");
    const auto used = AmountAt(event, "heapUsed");
    const auto limit = AmountAt(event, "heapLimit");
    std::string message = "The JavaScript heap was full";
    if (used && limit) {
      message += ": " + Megabytes(static_cast<std::uint64_t>(*used)) + " of " +
                 Megabytes(static_cast<std::uint64_t>(*limit));
    }
    message += signal_.empty() ? ", and the process ended without a word." : ", and V8 ended the process.";
    return message;
  }

  [[nodiscard]] std::string SignalMessage() const {
    const json& fatal = fatal_ != nullptr ? At(*fatal_, "payload") : json();
    std::string message = "The process was ended by " + signal_;
    static constexpr std::string_view kFaults[] = {"SIGSEGV", "SIGBUS", "SIGILL", "SIGFPE"};
    if (const std::string address = TextAt(fatal, "address"); !address.empty() && IsOneOf(signal_, kFaults)) {
      message += " at " + address;
    }
    if (const std::string thread = TextAt(fatal, "threadName"); !thread.empty()) {
      message += " in thread " + thread;
    }
    return message + ".";
  }

  // The memory of the container, if it was nearly used up.
  [[nodiscard]] bool IsNearLimit() const {
    if (!box_.gauges || box_.gauges->memory_limit == 0) return false;
    const auto used = static_cast<double>(UsedMemory());
    return used >= kNearLimit * static_cast<double>(box_.gauges->memory_limit);
  }

  // What counts against the container's limit: pages of files, which a process has too, mostly do not.
  [[nodiscard]] std::uint64_t UsedMemory() const {
    const Gauges& gauges = *box_.gauges;
    return gauges.memory_current != 0 ? gauges.memory_current : gauges.rss;
  }

  [[nodiscard]] std::string KilledMessage() const {
    if (IsNearLimit()) {
      const Gauges& gauges = *box_.gauges;
      return "The process ended without a word, most likely killed by the kernel because its container was "
             "out of memory: " +
             Megabytes(UsedMemory()) + " of " + Megabytes(gauges.memory_limit) + " were in use " +
             std::to_string(static_cast<std::int64_t>(MsBetween(gauges.time, last_sign_))) +
             " ms before the last sign of life.";
    }
    return std::string(
               "The process ended without a word: by SIGKILL (of a person, a supervisor or the "
               "kernel's out-of-memory killer)") +
           (circumstances_.same_boot ? "." : ", or with the machine, which was started anew since.");
  }

  [[nodiscard]] json Header() const {
    const json& identity = raw_["header"]["identity"];
    json header = {
        {"dumpEventTime", IsoWall(WallOf(box_, last_sign_))},
        {"processId", std::min<std::uint64_t>(box_.header.pid, INT64_MAX)},
        {"threadId", thread_id_},
        {"commandLine", TextsAt(identity, "commandLine")},
        {"execArgv", TextsAt(identity, "execArgv")},
    };
    for (const char* key :
         {"nodejsVersion", "v8Version", "platform", "arch", "hostname", "cwd", "loopdetVersion"}) {
      header[key] = TextOrNull(identity, key);
    }
    const auto start = ParseIso(TextAt(identity, "startTime")).value_or(box_.header.wall_anchor);
    // The box was made a little after the start, on a clock that nobody sets.
    header["uptimeMs"] =
        MsBetween(start, box_.header.wall_anchor) + MsBetween(box_.header.mono_anchor, last_sign_);
    header["container"] = nullptr;
    if (box_.gauges) {
      const std::uint64_t limit = box_.gauges->memory_limit;
      header["container"] = {{"memoryLimitBytes", limit != 0 ? json(limit) : json()}, {"cpuQuota", nullptr}};
    }
    return header;
  }

  [[nodiscard]] json Frames() const {
    json frames = json::array();
    for (json frame : stack_) {
      frame["scriptId"] = nullptr;
      frame["inApp"] = IsInApp(frame["url"].get<std::string>());
      frame["this"] = nullptr;
      frame["scopes"] = json::array();
      frames.push_back(std::move(frame));
    }
    return frames;
  }

  [[nodiscard]] json Capture() const {
    const std::string from =
        kind_ == "manual" ? "read from the black box of a process that runs" : "recovered from the black box";
    if (stack_.empty()) {
      return {
          {"mode", "none"}, {"reason", from + ", which knows no JavaScript stack"}, {"elapsedMs", nullptr}};
    }
    return {{"mode", "stack"}, {"reason", from + ": the frames are of " + stack_of_}, {"elapsedMs", nullptr}};
  }

  [[nodiscard]] double Threshold() const {
    return AmountAt(At(raw_["header"]["identity"], "config"), "lagThresholdMs").value_or(0);
  }

  [[nodiscard]] static json Newest(const std::vector<json>& list) {
    const std::size_t count = std::min(list.size(), kMostPerSection);
    return std::vector<json>(list.end() - static_cast<std::ptrdiff_t>(count), list.end());
  }

  [[nodiscard]] json Lag() const {
    return {{"thresholdMs", Threshold()}, {"histogram", Unknown(NotKnown())}, {"events", Newest(lags_)}};
  }

  [[nodiscard]] json Io() const {
    const json& names = At(At(raw_["header"]["identity"], "config"), "ioKinds");
    json in_flight = json::array();
    for (const auto& thread : raw_["threads"]) {
      for (const json& operation : thread["inFlight"]) {
        if (in_flight.size() >= kMostInFlight) break;
        const auto kind = operation["kind"].get<std::size_t>();
        const auto began = operation["began"].get<MonoNanos>();
        const bool is_named = names.is_array() && kind < names.size() && names[kind].is_string();
        in_flight.push_back({{"kind", is_named ? names[kind] : json("kind " + std::to_string(kind))},
                             {"target", operation["target"]},
                             {"startTime", IsoWall(WallOf(box_, began))},
                             {"durationMs", MsBetween(began, last_sign_)},
                             {"stack", json::array()}});
        if (operation["method"] != "") in_flight.back()["method"] = operation["method"];
      }
    }
    return {{"slow", Newest(slow_)}, {"inFlight", std::move(in_flight)}, {"threadPool", nullptr}};
  }

  [[nodiscard]] json Memory() const {
    const json& event = out_of_memory_ != nullptr ? At(*out_of_memory_, "payload") : json();
    const json* thread = MainThread();
    const json& heap = thread != nullptr ? At(*thread, "heap") : json();
    if (!box_.gauges && !heap.is_object() && memory_ == nullptr && !event.is_object()) {
      return Unknown(NotKnown());
    }
    const auto first = [](std::initializer_list<json> values) {
      const auto found =
          std::find_if(values.begin(), values.end(), [](const json& v) { return !v.is_null(); });
      return found == values.end() ? json() : *found;
    };
    const json& told = memory_ != nullptr ? *memory_ : json();
    json spaces = json::array();
    for (const json& space : At(event, "spaces")) {
      if (At(space, "name").is_string()) spaces.push_back(space);
    }
    json memory = {{"rss", first({box_.gauges ? json(box_.gauges->rss) : json(), CountOrNull(told, "rss")})},
                   {"heapUsed", first({CountOrNull(heap, "heapUsed"), CountOrNull(event, "heapUsed"),
                                       CountOrNull(told, "heapUsed")})},
                   {"heapLimit", first({CountOrNull(heap, "heapLimit"), CountOrNull(event, "heapLimit")})},
                   {"external", CountOrNull(heap, "external")},
                   {"arrayBuffers", nullptr},
                   {"spaces", std::move(spaces)}};
    if (json classes = HeapClasses(); !classes.is_null()) memory["classes"] = std::move(classes);
    return memory;
  }

  // What filled the heap: a list, or {error}; null if nobody has counted.
  [[nodiscard]] json HeapClasses() const {
    if (heap_classes_ == nullptr) return nullptr;
    if (const json& why = At(*heap_classes_, "error"); why.is_string()) return Unknown(why);
    json classes = json::array();
    for (const json& entry : At(*heap_classes_, "classes")) {
      json count = CountOrNull(entry, "count");
      if (!count.is_null()) classes.push_back({{"name", TextAt(entry, "name")}, {"count", std::move(count)}});
    }
    return classes;
  }

  [[nodiscard]] json Gc() const {
    const json* thread = MainThread();
    if (thread == nullptr || !At(*thread, "heap").is_object()) return Unknown(NotKnown());
    const json& heap = (*thread)["heap"];
    return {{"count", heap["gcCount"]},
            {"totalMs", AmountAt(heap, "gcNs").value_or(0) / 1e6},
            {"byKind", json::object()}};
  }

  [[nodiscard]] json Threads() const {
    json threads = json::array();
    for (const json& thread : raw_["threads"]) {
      const auto busy = BusySince(thread);
      const json& heartbeat = thread["heartbeat"];
      threads.push_back({{"threadId", ThreadIdOf(thread)},
                         {"busyMs", busy ? json(MsBetween(*busy, last_sign_)) : json()},
                         {"waiting", At(heartbeat, "polling").is_boolean() ? heartbeat["polling"] : json()},
                         {"heapUsed", CountOrNull(thread["heap"], "heapUsed")},
                         {"heapLimit", CountOrNull(thread["heap"], "heapLimit")},
                         {"inFlight", thread["inFlight"].size()}});
    }
    return threads;
  }

  // The newest, as they are.
  [[nodiscard]] json Events() const {
    json events = json::array();
    std::size_t bytes = 0;
    for (auto at = events_.rbegin(); at != events_.rend() && events.size() < kMostEvents; ++at) {
      const json& record = **at;
      json event = record["payload"];
      bytes += event.dump().size();
      if (bytes > kMostEventBytes) break;
      event["time"] = TimeOf(event, record);
      events.push_back(std::move(event));
    }
    std::reverse(events.begin(), events.end());
    return events;
  }

  [[nodiscard]] json Box() const {
    json memory;
    if (box_.gauges) {
      const auto known = [](std::uint64_t value) { return value != 0 ? json(value) : json(); };
      memory = {{"time", IsoWall(box_.gauges->wall)},
                {"rss", known(box_.gauges->rss)},
                {"used", known(box_.gauges->memory_current)},
                {"limit", known(box_.gauges->memory_limit)}};
    }
    const json& header = raw_["header"];
    return {{"state", raw_["state"]["name"]},
            {"detail", box_.detail},
            {"lastSignOfLife", IsoWall(WallOf(box_, last_sign_))},
            {"process", {{"startTicks", header["startTicks"]}, {"bootId", header["bootId"]}}},
            {"records", box_.records.size()},
            {"lost", Lost()},
            {"skipped", skipped_},
            {"memory", std::move(memory)},
            {"threads", Threads()},
            {"notes", notes_},
            {"fatal", fatal_ != nullptr ? (*fatal_)["payload"] : json()},
            {"events", Events()},
            {"damage", raw_["damage"]}};
  }

  const BoxContents& box_;
  const BoxCircumstances circumstances_;
  const json raw_;
  MonoNanos last_sign_ = 0;
  std::string kind_;
  std::string signal_;
  std::uint32_t thread_id_ = 0;
  // Into raw_; the newest of each.
  std::vector<const json*> events_;
  const json* last_stall_ = nullptr;
  const json* memory_ = nullptr;  // the event itself
  const json* crash_ = nullptr;
  const json* fatal_ = nullptr;
  const json* out_of_memory_ = nullptr;
  const json* heap_classes_ = nullptr;  // the event itself, of that heap
  std::vector<json> lags_;
  std::vector<json> slow_;
  std::vector<json> notes_;
  std::uint64_t skipped_ = 0;
  json stall_;
  std::uint32_t stalled_thread_ = 0;
  json stack_ = json::array();
  std::string stack_of_;
};

}  // namespace

BoxDocument DescribeBox(const BoxContents& box, const BoxCircumstances& circumstances) {
  return Describer(box, circumstances).Document();
}

std::string CrashFileOf(const BoxContents& box) {
  return Describer(box, {}).CrashFile();
}

std::string CrashFileText(const json& document) {
  constexpr const char* kFirst[] = {"schemaVersion", "complete", "truncated", "kind",
                                    "signal",        "error",    "header",    "frames"};
  const auto text = [](const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
  };
  std::string result = "{";
  const auto add = [&](const std::string& key) {
    result += (result.size() > 1 ? "," : "") + text(key) + ":" + text(document[key]);
  };
  for (const char* key : kFirst) {
    if (document.contains(key)) add(key);
  }
  for (const auto& [key, value] : document.items()) {
    if (std::find(std::begin(kFirst), std::end(kFirst), key) == std::end(kFirst)) add(key);
  }
  return result + "}\n";
}

}  // namespace loopdet
