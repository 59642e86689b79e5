// The door between JavaScript and C++. Converts and forwards; a structured value crosses as one JSON text.
#include <napi.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <span>
#include <sstream>
#include <string>

#include "binding/environment.h"
#include "binding/heap_analysis.h"
#include "binding/heap_classes.h"
#include "binding/js_stack.h"
#include "binding/local.h"
#include "binding/object_inside.h"
#include "binding/throw_hook.h"
#include "core/base/crc32c.h"
#include "core/host/lockdown.h"
#include "v8/heap_walk.h"
#include "v8/promise_speed.h"
#include "v8/script_hashes.h"

namespace loopdet {

namespace {

using nlohmann::json;

// Raw Node-API where a call can fail: in a worker that is being terminated every call that may run JavaScript
// does, and node-addon-api makes a fatal error of a failure it cannot throw.
Napi::Value Throw(Napi::Env env, const std::string& message) {
  napi_throw_error(env, "ERR_LOOPDET_NATIVE", message.c_str());
  return env.Undefined();
}

Napi::String Text(Napi::Env env, const json& value) {
  return Napi::String::New(env, ToText(value));
}

std::string StringArgument(const Napi::CallbackInfo& info, std::size_t at) {
  return info[at].IsString() ? info[at].As<Napi::String>().Utf8Value() : std::string();
}

bool BoolArgument(const Napi::CallbackInfo& info, std::size_t at) {
  bool value = false;
  napi_get_value_bool(info.Env(), info[at], &value);
  return value;
}

std::int64_t IntegerArgument(const Napi::CallbackInfo& info, std::size_t at) {
  std::int64_t value = 0;
  napi_get_value_int64(info.Env(), info[at], &value);
  return value;
}

// The environment that start() made, or nullptr after a JavaScript exception.
Environment* Started(const Napi::CallbackInfo& info) {
  Environment* environment = info.Env().GetInstanceData<Instance>()->environment;
  if (environment == nullptr) Throw(info.Env(), "loopdet is not started in this thread");
  return environment;
}

Napi::FunctionReference Handler(const Napi::CallbackInfo& info, std::size_t at, const char* name) {
  napi_value handler = nullptr;
  napi_valuetype type = napi_undefined;
  if (napi_get_named_property(info.Env(), info[at], name, &handler) != napi_ok ||
      napi_typeof(info.Env(), handler, &type) != napi_ok || type != napi_function) {
    return {};
  }
  return Napi::Persistent(Napi::Function(info.Env(), handler));
}

LogFormat ParseLogFormat(const std::string& name) {
  if (name == "text") return LogFormat::kText;
  return name == "json" ? LogFormat::kJson : LogFormat::kOff;
}

ProcessOptions ParseProcessOptions(const json& config) {
  ProcessOptions options;
  options.store.directory = config.value("directory", "");
  options.store.keep_files = config.value("keepFiles", options.store.keep_files);
  options.store.keep_bytes = config.value("keepMegabytes", std::int64_t{1024}) << 20;
  options.log = ParseLogFormat(config.value("log", "off"));
  options.quiet = config.value("quiet", false);
  options.heap_signal = config.value("heapSignal", 0);
  for (const json& condition : config.value("report", json::array())) {
    options.report_memory = options.report_memory || condition == "memory";
    options.report_lag = options.report_lag || condition == "lag";
  }
  options.max_overhead = config.value("maxOverhead", 1.0) / 100;
  options.files_per_hour = config.value("filesPerHour", options.files_per_hour);
  options.stall.threshold = FromMs(config.value("lagThresholdMs", 50.0));
  options.stall.sample_interval = FromMs(config.value("stallSampleMs", 10.0));
  options.without = config.value("without", std::vector<std::string>());
  for (const json& known : config.value("symbols", json::array())) {
    options.known_symbols.push_back(
        {known.value("name", ""), known.value("offset", std::int64_t{0}), known.value("checksum", 0U)});
  }
  options.process_began = MonotonicNow() - FromMs(config.value("uptimeMs", 0.0));
  options.identity = config.value("identity", json::object());
  if (const json box = config.value("blackBox", json()); box.is_object()) {
    options.black_box.on = true;
    options.black_box.keep = box.value("keep", false);
    options.black_box.bytes = box.value("megabytes", std::int64_t{4}) << 20;
    // What a reader of the dead process's box needs to know of it.
    json identity = options.identity;
    identity["startTime"] = IsoTime(options.process_began);
    identity["config"] = box.value("config", json::object());
    options.black_box.identity = ToText(identity);
  }
  options.own_folder = config.value("ownFolder", "/nowhere");
  return options;
}

// start(configJson, {events, heapSnapshot, stallProfile, outOfMemory, report, listenerGone, rested})
Napi::Value Start(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const json config = json::parse(StringArgument(info, 0), nullptr, false);
  if (!config.is_object() || !info[1].IsObject()) return Throw(env, "start(configJson, handlers) expected");
  auto* instance = env.GetInstanceData<Instance>();
  if (instance->environment != nullptr) return Throw(env, "loopdet is started in this thread already");
  EnvironmentOptions options;
  options.thread_id = config.value("threadId", std::uint64_t{0});
  options.stack_bytes = config.value("stackBytes", std::size_t{984 * 1024});
  options.tell_of_heap_limit = config.value("tellOfHeapLimit", true);
  options.profile_window = FromMs(config.value("profileWindowMs", 0.0));
  options.profile_interval = FromMs(config.value("profileIntervalMs", 10.0));
  if (const json io = config.value("io", json()); io.is_object()) {
    options.io = IoWatch::Options{io.value("kinds", std::vector<std::string>()),
                                  FromMs(io.value("thresholdMs", 500.0)), io.value("pool", false)};
  }
  Environment::Start(
      env, *instance, ParseProcessOptions(config), options,
      {Handler(info, 1, "events"), Handler(info, 1, "heapSnapshot"), Handler(info, 1, "stallProfile"),
       Handler(info, 1, "outOfMemory"), Handler(info, 1, "report"), Handler(info, 1, "listenerGone"),
       Handler(info, 1, "rested")});
  return env.Undefined();
}

// stop(): this thread is as it was before start()
Napi::Value Stop(const Napi::CallbackInfo& info) {
  if (Environment* environment = Started(info)) environment->Stop();
  return info.Env().Undefined();
}

// listen(path) -> '' or why not: whoever listens on that socket hears of the process's events
Napi::Value Listen(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr) return info.Env().Undefined();
  EventSocket& socket = environment->process().log.socket();
  return Napi::String::New(info.Env(), socket.Connect(StringArgument(info, 0)).message());
}

Napi::Value Exiting(const Napi::CallbackInfo& info) {
  if (Environment* environment = Started(info)) {
    environment->Exiting();
    // Workers go on without the main thread only for as long as it takes to stop them.
    if (BoolArgument(info, 0)) {
      const std::int64_t code = IntegerArgument(info, 1);
      environment->process().recorder.Exiting(static_cast<int>(code));
      environment->Record(RecordType::kExit,
                          ToText({{"event", "exit"}, {"time", IsoTime(MonotonicNow())}, {"code", code}}));
      environment->process().monitor.Stop();
    }
  }
  return info.Env().Undefined();
}

// isExecutable(path)
Napi::Value IsExecutable(const Napi::CallbackInfo& info) {
  return Napi::Boolean::New(info.Env(), access(StringArgument(info, 0).c_str(), X_OK) == 0);
}

// ended(): what is told of exiting is true, and nothing of the program's runs any more
Napi::Value Ended(const Napi::CallbackInfo& info) {
  Process::OnProcessEnd();
  return info.Env().Undefined();
}

// started(): the last step of a start
Napi::Value StartedNow(const Napi::CallbackInfo& info) {
  if (Environment* environment = Started(info)) environment->process().ReturnReadOnlyPages();
  return info.Env().Undefined();
}

// armThrowHook({capture?, drop, take, handlerThrew, probe, abort}, userAborts) -> '' or why not
Napi::Value ArmThrowHook(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr || !info[0].IsObject()) return info.Env().Undefined();
  return Napi::String::New(
      info.Env(), environment->throw_hook().Arm({Handler(info, 0, "capture"), Handler(info, 0, "drop"),
                                                 Handler(info, 0, "take"), Handler(info, 0, "handlerThrew"),
                                                 Handler(info, 0, "probe"), Handler(info, 0, "abort")},
                                                BoolArgument(info, 1)));
}

// handlerBegins(): a handler of the program's is given an uncaught exception
Napi::Value HandlerBegins(const Napi::CallbackInfo& info) {
  if (Environment* environment = Started(info)) environment->throw_hook().HandlerBegins();
  return info.Env().Undefined();
}

Napi::Value DisarmThrowHook(const Napi::CallbackInfo& info) {
  if (Environment* environment = Started(info)) {
    environment->throw_hook().Disarm();
    if (BoolArgument(info, 0)) environment->process().uncaught_flag.Clear();
  }
  return info.Env().Undefined();
}

// takeThrow() -> '{mode, reason, stack, elapsedMs}' | null
Napi::Value TakeThrow(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr) return info.Env().Undefined();
  const std::unique_ptr<ThrowRecord> record = environment->throw_hook().Take();
  if (!record) return info.Env().Null();
  constexpr const char* kModes[] = {"none", "stack", "js"};
  return Text(info.Env(), {{"mode", kModes[static_cast<int>(record->mode)]},
                           {"reason", record->reason},
                           {"stack", record->stack},
                           {"elapsedMs", RoundMs(record->elapsed)}});
}

// armRejectionHook(capture)
Napi::Value ArmRejectionHook(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment != nullptr && info[0].IsFunction()) {
    environment->rejection_hook().Arm(Napi::Persistent(info[0].As<Napi::Function>()));
  }
  return info.Env().Undefined();
}

// takeRejections() -> [{promise, reason, capture}] of this turn, oldest first; `promise`: null of what a
// listener threw; `capture`: what capture() returned
Napi::Value TakeRejections(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr) return info.Env().Undefined();
  return environment->rejection_hook().Take();
}

// rejectedBy(body) -> the reason of the promise that it rejects, which nobody else is told of
Napi::Value RejectedBy(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr || !info[0].IsFunction()) return info.Env().Undefined();
  const Napi::Value reason = environment->rejection_hook().RejectedBy(info[0].As<Napi::Function>());
  return reason.IsEmpty() ? info.Env().Undefined() : reason;
}

// guardStacks(guard | null) -> whether this Node can: see stack_format.h
Napi::Value GuardStacks(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr) return info.Env().Undefined();
  Napi::FunctionReference guard;
  if (info[0].IsFunction()) guard = Napi::Persistent(info[0].As<Napi::Function>());
  return Napi::Boolean::New(info.Env(), environment->stack_format().Guard(std::move(guard)));
}

// isDeeperThan(frames) -> whether the stack is
Napi::Value IsDeeperThan(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr) return info.Env().Undefined();
  const auto limit = static_cast<int>(IntegerArgument(info, 0));
  return Napi::Boolean::New(info.Env(),
                            IsJsStackDeeperThan(info.Env(), environment->process().seam.functions(), limit));
}

// insideOf...(object): see object_inside.h
template <Napi::Value (ObjectInside::*Member)(napi_value)>
Napi::Value Inside(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr || !(info[0].IsObject() || info[0].IsFunction())) return info.Env().Null();
  ObjectInside inside(environment->process().seam, info.Env());
  return (inside.*Member)(info[0]);
}

// nullptr: not started. Raw Node-API: this runs for each operation.
Environment* EnvironmentOf(napi_env env) {
  void* slot = nullptr;
  if (napi_get_instance_data(env, &slot) != napi_ok || slot == nullptr) return nullptr;
  return static_cast<Instance*>(slot)->environment;
}

// The thread's operations, or nullptr: I/O is not timed.
IoWatch* IoOf(napi_env env) {
  Environment* environment = EnvironmentOf(env);
  return environment == nullptr ? nullptr : environment->io();
}

// ioState() -> ArrayBuffer or undefined: what js/io/operation-table.js keeps of the table of operations
Napi::Value IoState(const Napi::CallbackInfo& info) {
  const IoWatch* io = IoOf(info.Env());
  return {info.Env(), io == nullptr ? nullptr : io->StateBuffer(info.Env())};
}

// ioSlots(part) -> ArrayBuffer or undefined: the slots of the table, in equal parts
Napi::Value IoSlots(const Napi::CallbackInfo& info) {
  const IoWatch* io = IoOf(info.Env());
  const auto part = static_cast<std::size_t>(IntegerArgument(info, 0));
  return {info.Env(), io == nullptr ? nullptr : io->SlotBuffer(info.Env(), part)};
}

// ioType(kind, method) -> number
Napi::Value IoType(const Napi::CallbackInfo& info) {
  IoWatch* io = IoOf(info.Env());
  if (io == nullptr) return info.Env().Undefined();
  io->types.push_back({static_cast<int>(IntegerArgument(info, 0)), StringArgument(info, 1)});
  return Napi::Number::New(info.Env(), static_cast<double>(io->types.size() - 1));
}

// ioBeginSync(type, about) -> token: an operation begins in which the loop stands. In C++, because a program
// calls most of these as it starts, when V8 has not optimised what js/io/operation-table.js would do.
napi_value IoBeginSync(napi_env env, napi_callback_info info) {
  std::size_t count = 2;
  std::array<napi_value, 2> given{};
  IoWatch* io = IoOf(env);
  std::uint32_t type = 0;
  if (io == nullptr || napi_get_cb_info(env, info, &count, given.data(), nullptr, nullptr) != napi_ok ||
      napi_get_value_uint32(env, given[0], &type) != napi_ok || type >= io->types.size())
    return nullptr;
  std::array<char, IoSlot::kText + 1> text{};
  std::size_t length = 0;
  if (napi_get_value_string_utf8(env, given[1], text.data(), text.size(), &length) != napi_ok) length = 0;
  const IoWatch::Type& its = io->types[type];
  napi_value token = nullptr;
  napi_create_uint32(
      env, io->table().Begin(its.kind, its.method, {text.data(), length}, true, MonotonicNow()), &token);
  return token;
}

// ioEndSync(token) -> milliseconds that it lasted, if it was slow; else 0
napi_value IoEndSync(napi_env env, napi_callback_info info) {
  std::size_t count = 1;
  napi_value given = nullptr;
  IoWatch* io = IoOf(env);
  std::uint32_t token = 0;
  if (io == nullptr || napi_get_cb_info(env, info, &count, &given, nullptr, nullptr) != napi_ok ||
      napi_get_value_uint32(env, given, &token) != napi_ok)
    return nullptr;
  const auto lasted = io->table().End(token, MonotonicNow());
  napi_value slow = nullptr;
  napi_create_double(env, lasted && *lasted >= io->options().threshold ? RoundMs(*lasted) : 0, &slow);
  return slow;
}

// callListener(listener, receiver, list) -> what it returns, as a Proxy's `apply`: a listener that Node calls
// where it catches what is thrown. For V8's prediction it is C++ that catches it, and the throw hook is
// asked.
napi_value CallListener(napi_env env, napi_callback_info info) {
  std::size_t count = 3;
  std::array<napi_value, 3> given{};
  std::uint32_t length = 0;
  if (napi_get_cb_info(env, info, &count, given.data(), nullptr, nullptr) != napi_ok ||
      napi_get_array_length(env, given[2], &length) != napi_ok) {
    return nullptr;
  }
  std::vector<napi_value> list(length);
  for (std::uint32_t i = 0; i < length; ++i) napi_get_element(env, given[2], i, &list[i]);
  napi_value result = nullptr;
  if (napi_call_function(env, given[1], given[0], length, list.data(), &result) == napi_ok) return result;
  if (Environment* environment = EnvironmentOf(env)) environment->throw_hook().ListenerThrew();
  return nullptr;
}

// ioSpent(milliseconds): what begins and ends of operations have taken
napi_value IoSpent(napi_env env, napi_callback_info info) {
  std::size_t count = 1;
  napi_value argument = nullptr;
  IoWatch* io = IoOf(env);
  double spent = 0;
  if (io == nullptr || napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr) != napi_ok ||
      napi_get_value_double(env, argument, &spent) != napi_ok)
    return nullptr;
  io->overhead().in_threads.Add(Overhead::kIo, FromMs(spent));
  return nullptr;
}

// ioLate() -> milliseconds that have passed since what ends now can have happened: it is told after the
// callbacks that ran before it in this turn of the loop
napi_value IoLate(napi_env env, napi_callback_info /*info*/) {
  Environment* environment = EnvironmentOf(env);
  if (environment == nullptr) return nullptr;
  napi_value late = nullptr;
  napi_create_double(env, RoundMs(MonotonicNow() - environment->watch().TurnBegan()), &late);
  return late;
}

// takeIo() -> '{poolDelayMs, threadPool}': what C++ found slow
Napi::Value TakeIo(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr || environment->io() == nullptr) return info.Env().Null();
  return Text(info.Env(), {{"poolDelayMs", RoundMs(environment->io()->pool_delay.exchange(0))},
                           {"threadPool", environment->process().monitor.PoolJson(MonotonicNow())}});
}

// hiddenScript(text) -> what it evaluates to; its functions have no frame in any stack. undefined: this Node
// lacks what that takes
Napi::Value HiddenScript(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr || !environment->process().seam.Has("hiddenFrames"))
    return info.Env().Undefined();
  const v8::Functions& v8 = environment->process().seam.functions();
  v8::Isolate* isolate = environment->isolate();
  v8::UnboundScript* unbound = v8.compile_hidden(isolate, LocalOf<v8::String>(info[0]));
  if (unbound == nullptr) return info.Env().Undefined();
  // Its lines are found now: see CpuProfiler::Start, and FindLines does not see this one.
  v8.line_of(unbound, 0);
  v8::Script* script = v8.bind_script(unbound);
  return {info.Env(), ValueOf(v8.run_script(script, v8.current_context(isolate)))};
}

// crc32c(buffer) -> number
Napi::Value Checksum(const Napi::CallbackInfo& info) {
  void* data = nullptr;
  std::size_t length = 0;
  if (napi_get_buffer_info(info.Env(), info[0], &data, &length) != napi_ok) return info.Env().Undefined();
  const auto bytes = std::span(static_cast<const std::byte*>(data), length);
  return Napi::Number::New(info.Env(), Crc32c(bytes));
}

// fingerprint(root, names, withTimes) -> number: of the sizes of files, named a line each, and of their times
Napi::Value Fingerprint(const Napi::CallbackInfo& info) {
  const std::string root = StringArgument(info, 0) + '/';
  std::istringstream names(StringArgument(info, 1));
  const bool with_times = BoolArgument(info, 2);
  std::uint32_t print = 0;
  for (std::string name; std::getline(names, name);) {
    struct stat found {};
    std::array<std::int64_t, 3> known{-1};
    if (stat((root + name).c_str(), &found) == 0) {
      known = {found.st_size, with_times ? found.st_mtim.tv_sec : 0, with_times ? found.st_mtim.tv_nsec : 0};
    }
    print = Crc32c(std::as_bytes(std::span(known)), print);
  }
  return Napi::Number::New(info.Env(), print);
}

// takeProfile(sinceUs?) -> the text of a .cpuprofile file of the last seconds, no more of them than since
// then if possible. Before the profile has begun, what is known without one; with sinceUs null. Null, too:
// there is no CPU profile in this thread
Napi::Value TakeProfile(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr) return info.Env().Undefined();
  CpuProfiler* profiler = environment->profiler();
  std::optional<MonoNanos> since;
  if (info[0].IsNumber()) since = IntegerArgument(info, 0) * 1000;
  if (profiler == nullptr) return info.Env().Null();
  const bool is_early = !profiler->has_begun() && !since;
  const std::optional<CpuProfile> profile =
      is_early ? environment->watch().StallsAsProfile() : profiler->Take(since);
  if (!profile) return info.Env().Null();
  return Napi::String::New(info.Env(), profile->ToText());
}

// startPeriod(number): from here on turns are counted under it; endPeriod(number)
Napi::Value StartPeriod(const Napi::CallbackInfo& info) {
  if (Environment* environment = Started(info)) {
    environment->watch().StartPeriod(static_cast<std::uint32_t>(IntegerArgument(info, 0)));
  }
  return info.Env().Undefined();
}

Napi::Value EndPeriod(const Napi::CallbackInfo& info) {
  if (Environment* environment = Started(info)) {
    environment->watch().EndPeriod(static_cast<std::uint32_t>(IntegerArgument(info, 0)));
  }
  return info.Env().Undefined();
}

// readPeriod(number) -> JSON text
Napi::Value ReadPeriod(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr) return info.Env().Undefined();
  return Text(info.Env(),
              environment->watch().PeriodJson(static_cast<std::uint32_t>(IntegerArgument(info, 0))));
}

// startWholeProfile(): from here on, one profile of all the time beside the rolling one
Napi::Value StartWholeProfile(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment != nullptr && environment->profiler() != nullptr) environment->profiler()->StartWhole();
  return info.Env().Undefined();
}

// takeWholeProfile() -> its text, as of takeProfile; it is over
Napi::Value TakeWholeProfile(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr || environment->profiler() == nullptr) return info.Env().Null();
  const std::optional<CpuProfile> profile = environment->profiler()->TakeWhole();
  if (!profile) return info.Env().Null();
  return Napi::String::New(info.Env(), profile->ToText());
}

// countClasses() -> '[{name, count}]' of the objects on the JavaScript heap; null: this Node lacks it
Napi::Value CountHeapClasses(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr) return info.Env().Undefined();
  const auto counts = CountClasses(environment->process().seam, info.Env(), environment->isolate());
  if (!counts) return info.Env().Null();
  constexpr std::size_t kMost = 100;
  return Text(info.Env(), counts->ToJson(kMost));
}

// knowsHeapLimit(): whether what a debugger does at the heap's limit can be undone
Napi::Value KnowsHeapLimit(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  return Napi::Boolean::New(info.Env(), environment != nullptr && environment->heap_limit() != nullptr);
}

// askForEvents(ms?): the events handler is called when the loop turns, after so long
Napi::Value AskForEvents(const Napi::CallbackInfo& info) {
  // A subscriber may have stopped all, and thrown: no exception of ours is to take the place of its own.
  Environment* environment = EnvironmentOf(info.Env());
  if (environment == nullptr) return info.Env().Undefined();
  const double after = info[0].IsNumber() ? info[0].As<Napi::Number>().DoubleValue() : 0;
  if (after > 0) {
    environment->watch().EventsDueAt(MonotonicNow() + FromMs(after));
  } else {
    environment->AskForEvents();
  }
  return info.Env().Undefined();
}

// One row per section of the crash file that C++ knows.
struct Section {
  const char* name;
  json (*read)(Environment&);
};
constexpr Section kSections[] = {
    {"lag", [](Environment& e) { return e.watch().LagSection(); }},
    {"stall", [](Environment& e) { return e.watch().StallSection(); }},
    {"gc", [](Environment& e) { return e.watch().gc().ToJson(); }},
    {"io",
     [](Environment& e) {
       if (e.io() == nullptr) return json();
       constexpr std::size_t kOperations = 200;
       const MonoNanos now = MonotonicNow();
       auto operations = json::array();
       for (const auto& operation : e.io()->table().Read(kOperations)) {
         operations.push_back(e.io()->ToJson(operation, now));
         // By it JavaScript knows the stack.
         operations.back()["token"] = operation.token;
       }
       return json{{"inFlight", std::move(operations)},
                   {"threadPool", e.process().monitor.PoolJson(now)},
                   {"dropped", e.io()->table().dropped()}};
     }},
    {"container", [](Environment& e) { return e.process().cgroup.ToJson(); }},
    {"histogram", [](Environment& e) { return e.watch().HistogramJson(); }},
    {"overhead", [](Environment& e) { return e.process().overhead.ToJson(); }},
    {"reportReason", [](Environment& e) { return e.watch().TakeReportReason(); }},
    // Where the program is, without what is ours.
    {"stack", [](Environment& e) { return json(e.watch().OwnStack()); }},
    {"stallToProfile", [](Environment& e) { return e.watch().StallToProfile(); }},
};

// section(name) -> JSON text
Napi::Value ReadSection(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr) return info.Env().Undefined();
  const std::string name = StringArgument(info, 0);
  for (const Section& section : kSections) {
    if (name == section.name) return Text(info.Env(), section.read(*environment));
  }
  return Throw(info.Env(), "no section named " + name);
}

Napi::Value TakeEvents(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr) return info.Env().Undefined();
  return Napi::String::New(info.Env(), environment->watch().TakeEvents());
}

// completeTurn(turn, foundJson)
Napi::Value CompleteTurn(const Napi::CallbackInfo& info) {
  if (Environment* environment = Started(info)) {
    const json found = json::parse(StringArgument(info, 1), nullptr, false);
    if (found.is_object())
      environment->watch().Complete(static_cast<TurnId>(IntegerArgument(info, 0)), found);
  }
  return info.Env().Undefined();
}

// setStallProfile(turn, foundJson): {profileFile, stack?} of the stall that lasts
Napi::Value SetStallProfile(const Napi::CallbackInfo& info) {
  if (Environment* environment = Started(info)) {
    const json found = json::parse(StringArgument(info, 1), nullptr, false);
    if (found.is_object()) {
      environment->watch().SetStallProfile(static_cast<TurnId>(IntegerArgument(info, 0)), found);
    }
  }
  return info.Env().Undefined();
}

// enableDebugger(body): runs `body`, which enables one, whatever the size of the heap and of the scripts
Napi::Value EnableDebugger(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr || !info[0].IsFunction()) return info.Env().Undefined();
  const v8::Seam& seam = environment->process().seam;
  const Napi::Value none = info.Env().Undefined();
  // V8's own name for that.
  const Napi::String instead = none.ToString();
  const v8::WithoutHeapWalk no_walk(seam, environment->isolate());
  const v8::WithoutScriptHashes no_hashes(seam, environment->isolate(), LocalOf<v8::Value>(none),
                                          LocalOf<v8::String>(instead));
  napi_value result = nullptr;
  napi_call_function(info.Env(), info.This(), info[0], 0, nullptr, &result);
  if (environment->heap_limit() != nullptr) environment->heap_limit()->OnDebuggerEnabled();
  return {info.Env(), result};
}

// debuggerDisabled(): a debugger of ours is off again
Napi::Value DebuggerDisabled(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr) return info.Env().Undefined();
  v8::RestorePromiseSpeed(environment->process().seam, environment->isolate());
  if (environment->heap_limit() != nullptr) environment->heap_limit()->OnDebuggerDisabled();
  return info.Env().Undefined();
}

// ownWork(body): runs `body` while the monitor takes no samples of this thread.
Napi::Value RunOwnWork(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr || !info[0].IsFunction()) return info.Env().Undefined();
  const LoopWatch::OwnWork own_work(environment->watch());
  napi_value result = nullptr;
  napi_call_function(info.Env(), info.This(), info[0], 0, nullptr, &result);
  return {info.Env(), result};
}

Napi::Value NewStem(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr) return info.Env().Undefined();
  const auto thread_id = static_cast<std::uint64_t>(IntegerArgument(info, 0));
  return Napi::String::New(info.Env(), environment->process().store.NewStem(thread_id));
}

// writeFile(kind, stem, extension, text) -> path
Napi::Value WriteFile(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr) return info.Env().Undefined();
  std::string path;
  const Status written =
      environment->process().store.Write(StringArgument(info, 0), StringArgument(info, 1),
                                         StringArgument(info, 2), StringArgument(info, 3), path);
  if (!written.ok()) return Throw(info.Env(), written.message());
  return Napi::String::New(info.Env(), path);
}

// openFile(kind, stem, extension) -> number; partialPath(number) -> where to write; commitFile(number) ->
// path; dropFile(number)
Napi::Value OpenFile(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr) return info.Env().Undefined();
  PartialFile file;
  const Status opened = environment->process().store.Open(StringArgument(info, 0), StringArgument(info, 1),
                                                          StringArgument(info, 2), file);
  if (!opened.ok()) return Throw(info.Env(), opened.message());
  auto& files = environment->files();
  const std::uint32_t number = files.empty() ? 1 : files.rbegin()->first + 1;
  files.emplace(number, std::move(file));
  return Napi::Number::New(info.Env(), number);
}

PartialFile* FileArgument(const Napi::CallbackInfo& info, Environment& environment) {
  const auto found = environment.files().find(static_cast<std::uint32_t>(IntegerArgument(info, 0)));
  if (found != environment.files().end()) return &found->second;
  Throw(info.Env(), "that file is not open");
  return nullptr;
}

Napi::Value PartialPath(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr) return info.Env().Undefined();
  const PartialFile* file = FileArgument(info, *environment);
  if (file == nullptr) return info.Env().Undefined();
  return Napi::String::New(info.Env(), file->partial_path());
}

Napi::Value CommitFile(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr) return info.Env().Undefined();
  PartialFile* file = FileArgument(info, *environment);
  if (file == nullptr) return info.Env().Undefined();
  const std::string path = file->path();
  const Status done = file->Commit();
  environment->files().erase(static_cast<std::uint32_t>(IntegerArgument(info, 0)));
  if (!done.ok()) return Throw(info.Env(), done.message());
  environment->process().store.Prune(path);
  return Napi::String::New(info.Env(), path);
}

Napi::Value DropFile(const Napi::CallbackInfo& info) {
  if (Environment* environment = Started(info))
    environment->files().erase(static_cast<std::uint32_t>(IntegerArgument(info, 0)));
  return info.Env().Undefined();
}

Napi::Value Emit(const Napi::CallbackInfo& info) {
  if (Environment* environment = Started(info)) {
    const std::string text = StringArgument(info, 0);
    const json event = json::parse(text, nullptr, false);
    if (event.is_object()) {
      environment->Record(RecordTypeOf(event), text);
      environment->process().log.Write(event);
    }
  }
  return info.Env().Undefined();
}

// record(eventJson) -> whether the black box has it, which alone is told
Napi::Value RecordEvent(const Napi::CallbackInfo& info) {
  Environment* environment = Started(info);
  if (environment == nullptr) return info.Env().Undefined();
  const std::string text = StringArgument(info, 0);
  const json event = json::parse(text, nullptr, false);
  const bool recorded = event.is_object() && environment->Record(RecordTypeOf(event), text);
  return Napi::Boolean::New(info.Env(), recorded);
}

// crashed(): a crash file was written
Napi::Value Crashed(const Napi::CallbackInfo& info) {
  if (Environment* environment = Started(info)) environment->process().recorder.Crashed();
  return info.Env().Undefined();
}

Napi::Value Notice(const Napi::CallbackInfo& info) {
  if (Environment* environment = Started(info)) environment->process().log.Notice(StringArgument(info, 0));
  return info.Env().Undefined();
}

// warn(line, isFile): `isFile` lines, which say why no file can be written, come once a process.
Napi::Value Warn(const Napi::CallbackInfo& info) {
  Environment* environment = BoolArgument(info, 1) ? Started(info) : nullptr;
  if (environment != nullptr) {
    environment->process().WarnOnce(StringArgument(info, 0));
  } else {
    EventLog::Warn(StringArgument(info, 0));
  }
  return info.Env().Undefined();
}

// availableMemory() -> bytes | null
Napi::Value AvailableMemory(const Napi::CallbackInfo& info) {
  const auto bytes = AvailableMemoryBytes(Cgroup());
  if (!bytes) return info.Env().Null();
  return Napi::Number::New(info.Env(), static_cast<double>(*bytes));
}

// features(without[]) -> '[{name, missing}]'; needs no start
Napi::Value Features(const Napi::CallbackInfo& info) {
  const json without = json::parse(StringArgument(info, 0), nullptr, false);
  v8::Seam seam(without.is_array() ? without.get<std::vector<std::string>>() : std::vector<std::string>());
  seam.LookUpRest();
  seam.LookUpHidden();
  auto rows = json::array();
  for (const v8::Feature& feature : seam.features()) {
    rows.push_back({{"name", feature.name}, {"missing", feature.missing}});
  }
  return Text(info.Env(), rows);
}

// hiddenSymbols() -> '[{name, offset, checksum}]', for start()'s `symbols`; needs no start
Napi::Value HiddenSymbols(const Napi::CallbackInfo& info) {
  v8::Seam seam({});
  seam.LookUpHidden();
  auto rows = json::array();
  for (const v8::KnownSymbol& known : seam.HiddenSymbols()) {
    rows.push_back({{"name", known.name}, {"offset", known.offset}, {"checksum", known.checksum}});
  }
  return Text(info.Env(), rows);
}

// checkDirectory(path) -> '' or why no file could be written there; needs no start
Napi::Value CheckDirectory(const Napi::CallbackInfo& info) {
  StoreOptions options;
  options.directory = StringArgument(info, 0);
  return Napi::String::New(info.Env(), FileStore(options).CheckDirectory().message());
}

struct Export {
  const char* name;
  Napi::Value (*function)(const Napi::CallbackInfo&);
};
constexpr Export kExports[] = {
    {"start", Start},
    {"started", StartedNow},
    {"stop", Stop},
    {"listen", Listen},
    {"exiting", Exiting},
    {"isExecutable", IsExecutable},
    {"ended", Ended},
    {"armThrowHook", ArmThrowHook},
    {"disarmThrowHook", DisarmThrowHook},
    {"takeThrow", TakeThrow},
    {"handlerBegins", HandlerBegins},
    {"armRejectionHook", ArmRejectionHook},
    {"takeRejections", TakeRejections},
    {"rejectedBy", RejectedBy},
    {"guardStacks", GuardStacks},
    {"isDeeperThan", IsDeeperThan},
    {"classOf", Inside<&ObjectInside::ClassOf>},
    {"insideOfPromise", Inside<&ObjectInside::OfPromise>},
    {"insideOfProxy", Inside<&ObjectInside::OfProxy>},
    {"entriesOf", Inside<&ObjectInside::EntriesOf>},
    {"section", ReadSection},
    {"takeEvents", TakeEvents},
    {"countClasses", CountHeapClasses},
    {"takeProfile", TakeProfile},
    {"startPeriod", StartPeriod},
    {"endPeriod", EndPeriod},
    {"readPeriod", ReadPeriod},
    {"startWholeProfile", StartWholeProfile},
    {"takeWholeProfile", TakeWholeProfile},
    {"completeTurn", CompleteTurn},
    {"setStallProfile", SetStallProfile},
    {"ownWork", RunOwnWork},
    {"enableDebugger", EnableDebugger},
    {"debuggerDisabled", DebuggerDisabled},
    {"newStem", NewStem},
    {"writeFile", WriteFile},
    {"openFile", OpenFile},
    {"partialPath", PartialPath},
    {"commitFile", CommitFile},
    {"dropFile", DropFile},
    {"emit", Emit},
    {"notice", Notice},
    {"warn", Warn},
    {"availableMemory", AvailableMemory},
    {"features", Features},
    {"hiddenSymbols", HiddenSymbols},
    {"checkDirectory", CheckDirectory},
    {"takeIo", TakeIo},
    {"hiddenScript", HiddenScript},
    {"record", RecordEvent},
    {"crc32c", Checksum},
    {"fingerprint", Fingerprint},
    {"crashed", Crashed},
    {"recover",
     [](const Napi::CallbackInfo& info) -> Napi::Value {
       return Napi::String::New(info.Env(), Recover(StringArgument(info, 0)));
     }},
    {"readBox",
     [](const Napi::CallbackInfo& info) -> Napi::Value {
       return Napi::String::New(info.Env(), ReadBoxAsCrashFile(StringArgument(info, 0)));
     }},
    {"lockDown",
     [](const Napi::CallbackInfo& info) -> Napi::Value {
       return Napi::String::New(info.Env(), LockDown().message());
     }},
    {"heapBegin", HeapBegin},
    {"heapOpen", HeapOpen},
    {"heapProgress", HeapProgress},
    {"heapAsk", HeapAsk},
    {"heapCompare", HeapCompare},
    {"heapClose", HeapClose},
    {"ioSlots", IoSlots},
    {"ioState", IoState},
    {"ioType", IoType},
    {"askForEvents", AskForEvents},
    {"knowsHeapLimit", KnowsHeapLimit},
};
// Called for each operation: without the C++ wrapper's conversions.
struct RawExport {
  const char* name;
  napi_callback function;
};
constexpr RawExport kRawExports[] = {{"ioBeginSync", IoBeginSync},
                                     {"ioEndSync", IoEndSync},
                                     {"ioLate", IoLate},
                                     {"ioSpent", IoSpent},
                                     {"callListener", CallListener}};

Napi::Object Init(Napi::Env env, Napi::Object exports) {
  // One per environment: the addon may be loaded by the main thread and by every worker. Node-API frees it.
  env.SetInstanceData(std::make_unique<Instance>().release());
  std::vector<napi_property_descriptor> properties;
  for (const Export& item : kExports) {
    const Napi::Function function = Napi::Function::New(env, item.function, item.name);
    properties.push_back({item.name, nullptr, nullptr, nullptr, nullptr, function, napi_enumerable, nullptr});
  }
  for (const RawExport& item : kRawExports) {
    properties.push_back(
        {item.name, nullptr, item.function, nullptr, nullptr, nullptr, napi_enumerable, nullptr});
  }
  napi_define_properties(env, exports, properties.size(), properties.data());
  return exports;
}

}  // namespace

NODE_API_MODULE(loopdet, Init)

}  // namespace loopdet
