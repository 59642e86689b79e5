#include "binding/io_watch.h"

#include <sys/mman.h>

#include <algorithm>
#include <string>
#include <utility>

#include "core/io/secret_target.h"

namespace loopdet {

namespace {

using nlohmann::json;

// Noting where the program is takes 3 microseconds in a small program, and 20 in a server whose functions V8
// has inlined into each other: 100 times a second are 0.2 % of the time. A program that does more shows, for
// those beyond, who began the last noted operation on the same target.
constexpr MonoNanos kStackEvery = 10'000'000;
constexpr MonoNanos kStackBurst = 50 * kStackEvery;

std::span<IoSlot> MapSlots() {
  constexpr std::size_t kBytes = IoTable::kMaxSlots * sizeof(IoSlot);
  void* start =
      mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) return {};
  // Zeroed memory is a table of free slots.
  return {static_cast<IoSlot*>(start), IoTable::kMaxSlots};
}

}  // namespace

IoWatch::IoWatch(uv_loop_t* loop, Options options, const ThreadArea* area, std::uint32_t first_slot,
                 OverheadMeter& overhead)
    : loop_(loop),
      overhead_(overhead),
      options_(std::move(options)),
      slots_(MapSlots()),
      table_(slots_, first_slot) {
  // Without it the operations are only here.
  if (area != nullptr && !slots_.empty()) (void)area->MapSlotsAt(slots_.data());
}

IoWatch::~IoWatch() {
  if (!slots_.empty()) munmap(slots_.data(), slots_.size_bytes());
}

bool IoWatch::MayNoteStack(MonoNanos now) {
  const MonoNanos every = kStackEvery * overhead_.slower();
  stacks_until_ = std::max(stacks_until_, now - kStackBurst);
  if (stacks_until_ + every > now) return false;
  stacks_until_ += every;
  return true;
}

bool IoWatch::MayUsePool() const {
  // Plain memory of libuv's, which the loop's thread writes: an old value is as good.
  return options_.probe_pool && __atomic_load_n(&loop_->active_reqs.count, __ATOMIC_RELAXED) > 0;
}

json IoWatch::ToJson(const IoTable::Operation& operation, MonoNanos now) const {
  const auto kind = static_cast<std::size_t>(operation.kind);
  json entry = {{"kind", kind < options_.kinds.size() ? options_.kinds[kind] : ""},
                {"target", WithoutSecrets(operation.target)},
                {"startTime", IsoTime(operation.began)},
                // It may have begun after `now` was taken.
                {"durationMs", RoundMs(std::max<MonoNanos>(now - operation.began, 0))}};
  if (!operation.method.empty()) entry["method"] = operation.method;
  return entry;
}

json IoWatch::InFlight(MonoNanos now, std::size_t limit, bool only_sync) const {
  auto list = json::array();
  for (const auto& operation : table_.Read(limit, only_sync)) list.push_back(ToJson(operation, now));
  return list;
}

}  // namespace loopdet
