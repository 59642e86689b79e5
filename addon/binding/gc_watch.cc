#include "binding/gc_watch.h"

#include <bit>
#include <nlohmann/json.hpp>
#include <utility>

namespace loopdet {

namespace {

// The bits of v8::GCType, in order; the same in V8 11 to 14. The second is the young generation's other
// collector.
constexpr const char* kKindNames[] = {"minor", "minorMarkSweep", "major", "incremental", "weakCallbacks"};
constexpr int kAllKinds = 31;

}  // namespace

GcWatch::GcWatch(const v8::Functions& functions, v8::Isolate* isolate, MonoNanos threshold,
                 std::function<void()> collected)
    : functions_(functions), isolate_(isolate), threshold_(threshold), collected_(std::move(collected)) {
  if (functions_.add_gc_prologue == nullptr || functions_.add_gc_epilogue == nullptr) return;
  functions_.add_gc_prologue(isolate_, OnPrologue, this, kAllKinds);
  functions_.add_gc_epilogue(isolate_, OnEpilogue, this, kAllKinds);
}

GcWatch::~GcWatch() {
  if (functions_.remove_gc_prologue == nullptr || functions_.remove_gc_epilogue == nullptr) return;
  functions_.remove_gc_prologue(isolate_, OnPrologue, this);
  functions_.remove_gc_epilogue(isolate_, OnEpilogue, this);
}

void GcWatch::OnPrologue(v8::Isolate* /*isolate*/, int /*type*/, int /*flags*/, void* data) {
  auto* self = static_cast<GcWatch*>(data);
  // Collections nest (a scavenge within a mark-compact); the outermost one holds the time.
  if (self->depth_++ == 0) self->began_.store(MonotonicNow(), std::memory_order_relaxed);
}

void GcWatch::OnEpilogue(v8::Isolate* /*isolate*/, int type, int /*flags*/, void* data) {
  auto* self = static_cast<GcWatch*>(data);
  if (self->depth_ == 0) return;
  const auto bit = static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(type)));
  Kind* kind = bit < self->kinds_.size() ? &self->kinds_[bit] : nullptr;
  if (kind != nullptr) ++kind->count;
  if (--self->depth_ != 0) return;
  const MonoNanos now = MonotonicNow();
  const MonoNanos took = now - self->began_.load(std::memory_order_relaxed);
  const std::size_t added = self->added_.load(std::memory_order_relaxed);
  if (took >= self->threshold_ &&
      added - self->taken_.load(std::memory_order_acquire) < self->pauses_.size()) {
    const char* name = kind == nullptr ? "other" : kKindNames[bit];
    self->pauses_[added % self->pauses_.size()] = {name, now, took};
    self->added_.store(added + 1, std::memory_order_release);
  }
  if (kind != nullptr) kind->total += took;
  // The total first: a reader between the two stores may count the collection twice, but never misses it.
  self->total_.fetch_add(took, std::memory_order_relaxed);
  self->began_.store(0, std::memory_order_relaxed);
  self->collected_();
}

MonoNanos GcWatch::TotalAt(MonoNanos now) const {
  const MonoNanos began = began_.load(std::memory_order_relaxed);
  return total_.load(std::memory_order_relaxed) + (began == 0 ? 0 : now - began);
}

std::optional<GcWatch::Pause> GcWatch::TakePause() {
  const std::size_t taken = taken_.load(std::memory_order_relaxed);
  if (taken == added_.load(std::memory_order_acquire)) return std::nullopt;
  const Pause pause = pauses_[taken % pauses_.size()];
  taken_.store(taken + 1, std::memory_order_release);
  return pause;
}

std::uint64_t GcWatch::count() const {
  std::uint64_t count = 0;
  for (const Kind& kind : kinds_) count += kind.count;
  return count;
}

nlohmann::json GcWatch::ToJson() const {
  auto by_kind = nlohmann::json::object();
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    if (kinds_[i].count == 0) continue;
    by_kind[kKindNames[i]] = {{"count", kinds_[i].count}, {"totalMs", RoundMs(kinds_[i].total)}};
  }
  return {{"count", count()}, {"totalMs", RoundMs(total_.load())}, {"byKind", by_kind}};
}

}  // namespace loopdet
