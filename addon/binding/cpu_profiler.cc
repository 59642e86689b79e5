#include "binding/cpu_profiler.h"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "binding/local.h"
#include "v8/heap_walk.h"
#include "v8/loaded_scripts.h"

namespace loopdet {

namespace {

// js/io/traps.js
constexpr std::string_view kTraps = "loopdet:traps";
constexpr int kInferNames = 1;
constexpr int kLogWhileProfiling = 0;
constexpr int kLinesOfLeaves = 0;

// V8's texts.
std::string TextOf(const char* text) {
  return text == nullptr ? std::string() : text;
}

v8::Local<v8::String> StringOf(napi_env env, const std::string& text) {
  napi_value value = nullptr;
  napi_create_string_latin1(env, text.data(), text.size(), &value);
  return LocalOf<v8::String>(value);
}

// As a profile begins, V8 tells it of all code under a lock that one thread cannot take twice in Node 20, nor
// in 22 before it was mended there. Meanwhile the lines of functions inlined in optimised code are found,
// where a script's have not been, and kept on the heap: a whole collection takes that lock, and the process
// stands still for ever.
bool LocksOnce(napi_env env) {
  const napi_node_version* version = nullptr;
  constexpr std::uint32_t kMended = 23;
  return napi_get_node_version(env, &version) != napi_ok || version->major < kMended;
}

}  // namespace

CpuProfiler::CpuProfiler(v8::Seam& seam, v8::UncaughtFlag& flag, OverheadMeter& overhead, napi_env env,
                         v8::Isolate* isolate, MonoNanos interval, bool is_program_new)
    : seam_(seam),
      flag_(flag),
      overhead_(overhead),
      v8_(seam.functions()),
      env_(env),
      isolate_(isolate),
      interval_(std::max<std::int64_t>(interval / 1000, 1)),
      locks_once_(LocksOnce(env)),
      begins_late_(is_program_new && seam.Has("lateProfile") && v8_.set_flags != nullptr &&
                   (!locks_once_ || v8::CanFindLines(seam))) {
  if (!begins_late_) {
    Start();
    return;
  }
  // The code that is made until then has its lines all the same.
  const v8::WithoutHeapWalk without_walk(seam_, isolate_);
  if (v8_.keep_positions != nullptr) v8_.keep_positions(isolate_);
}

CpuProfiler::~CpuProfiler() {
  if (profiler_ == nullptr) return;
  overhead_.ProfileEvery(0);
  while (!windows_.empty()) DropOldest();
  TakeWhole();
  v8_.dispose_profiler(profiler_);
}

void CpuProfiler::Start() {
  if (locks_once_) {
    const Napi::HandleScope scope(env_);
    v8::FindLines(seam_, isolate_);
  }
  // Lines of what Node had compiled before us are not worth a walk over the heap.
  std::optional<v8::WithoutHeapWalk> without_walk;
  if (begins_late_) without_walk.emplace(seam_, isolate_);
  direct_calls_.emplace(v8_, isolate_);
  profiler_ = v8_.new_profiler(isolate_, kInferNames, kLogWhileProfiling);
  v8_.set_sampling_interval(profiler_, static_cast<int>(interval_));
  overhead_.ProfileEvery(interval_ * 1000);
  // The second for the first look-up; V8 begins one in 0.02 ms.
  const auto begin_windows = [this] {
    for (int i = 0; i < 2; ++i) windows_.push_back(Begin());
  };
  if (begins_late_) {
    // V8 lists the machine code of regular expressions, too.
    flag_.WhileOther("--no-prof-browser-mode", "--prof-browser-mode", begin_windows);
    v8_.deoptimize_all(isolate_);
  } else {
    begin_windows();
  }
  direct_calls_->Begin();
}

CpuProfiler::Window CpuProfiler::Begin() {
  const Napi::HandleScope scope(env_);
  // V8 takes it up as a profile begins (CpuProfiler::AdjustSamplingInterval, Node 20 to 26), and its headers
  // ask for it before the first one only because those that run change with it, which is what is meant here.
  if (const int slower = overhead_.profile_slower(); std::exchange(slower_, slower) != slower)
    v8_.set_sampling_interval(profiler_, static_cast<int>(interval_ * slower));
  Window window{"loopdet-" + std::to_string(getpid()) + "-" + std::to_string(++count_), MonotonicNow()};
  v8_.start_profiling(profiler_, StringOf(env_, window.title), kLinesOfLeaves, true, UINT_MAX);
  return window;
}

v8::CpuProfile* CpuProfiler::End(const Window& window) {
  const Napi::HandleScope scope(env_);
  return v8_.stop_profiling(profiler_, StringOf(env_, window.title));
}

void CpuProfiler::DropOldest() {
  if (v8::CpuProfile* profile = End(windows_.front())) v8_.delete_profile(profile);
  windows_.pop_front();
}

void CpuProfiler::ApplyInterval() {
  if (profiler_ == nullptr || slower_ == overhead_.profile_slower()) return;
  if (v8::CpuProfile* profile = End(Begin())) v8_.delete_profile(profile);
}

void CpuProfiler::Rotate() {
  if (profiler_ == nullptr) return Start();
  windows_.push_back(Begin());
  while (windows_.size() > 2) DropOldest();
}

std::optional<CpuProfile> CpuProfiler::Take(std::optional<MonoNanos> since) {
  if (profiler_ == nullptr) return std::nullopt;
  std::size_t at = since ? windows_.size() - 1 : 0;
  while (at > 0 && windows_[at].began > *since) --at;
  const Window window = windows_[at];
  windows_.erase(windows_.begin() + static_cast<std::ptrdiff_t>(at));
  // Before the other ends, so that the sampling goes on.
  windows_.push_back(Begin());
  return TakeFrom(window);
}

void CpuProfiler::StartWhole() {
  if (profiler_ == nullptr) Start();
  if (!whole_) whole_ = Begin();
}

std::optional<CpuProfile> CpuProfiler::TakeWhole() {
  if (!whole_) return std::nullopt;
  const Window window = *std::exchange(whole_, std::nullopt);
  return TakeFrom(window);
}

std::optional<CpuProfile> CpuProfiler::TakeFrom(const Window& window) {
  v8::CpuProfile* profile = End(window);
  seam_.LookUpRest();
  if (profile == nullptr) return std::nullopt;
  if (!seam_.Has("cpuProfile")) {
    v8_.delete_profile(profile);
    return std::nullopt;
  }
  CpuProfile read = Read(profile);
  v8_.delete_profile(profile);
  read.Hide(kTraps);
  read.MarkIdle(interval_ * slower_);
  return read;
}

CpuProfile CpuProfiler::Read(const v8::CpuProfile* profile) const {
  CpuProfile read;
  read.start = v8_.profile_start(profile);
  read.end = v8_.profile_end(profile);
  // Not by recursion: a stack of the program's may be thousands of frames deep.
  std::vector<const v8::CpuProfileNode*> pending{v8_.profile_root(profile)};
  while (!pending.empty()) {
    const v8::CpuProfileNode* node = pending.back();
    pending.pop_back();
    read.nodes.push_back(Read(node));
    for (int i = v8_.node_children(node); i-- > 0;) pending.push_back(v8_.node_child(node, i));
  }
  const int count = v8_.sample_count(profile);
  std::int64_t last = read.start;
  for (int i = 0; i < count; ++i) {
    read.samples.push_back(v8_.node_id(v8_.sample(profile, i)));
    const std::int64_t at = v8_.sample_time(profile, i);
    read.time_deltas.push_back(at - last);
    last = at;
  }
  return read;
}

CpuProfile::Node CpuProfiler::Read(const v8::CpuProfileNode* node) const {
  CpuProfile::Node read;
  read.id = v8_.node_id(node);
  read.function_name = TextOf(v8_.node_function(node));
  read.url = TextOf(v8_.node_script(node));
  read.script_id = v8_.node_script_id(node);
  read.line = v8_.node_line(node) - 1;
  read.column = v8_.node_column(node) - 1;
  read.hits = v8_.node_hits(node);
  for (int i = 0; i < v8_.node_children(node); ++i) {
    read.children.push_back(v8_.node_id(v8_.node_child(node, i)));
  }
  const unsigned count = v8_.node_tick_count(node);
  // How many ints an entry has differs between versions: what V8 leaves as it was tells. Room for more than
  // any has.
  constexpr int kUnwritten = INT_MIN;
  constexpr std::size_t kMostInts = 8;
  std::vector<int> entries(count * kMostInts, kUnwritten);
  if (count == 0 || !v8_.node_ticks(node, entries.data(), count)) return read;
  const auto written =
      static_cast<std::size_t>(std::find(entries.begin(), entries.end(), kUnwritten) - entries.begin());
  const std::size_t ints = written / count;
  if (ints < 2 || ints > 3 || written % count != 0) return read;
  std::map<int, unsigned> ticks;
  for (std::size_t at = 0; at < written; at += ints) {
    ticks[entries[at]] += static_cast<unsigned>(entries[at + ints - 1]);
  }
  for (const auto& [line, number] : ticks) read.ticks.push_back({line, number});
  return read;
}

}  // namespace loopdet
