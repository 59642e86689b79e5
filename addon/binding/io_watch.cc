#include "binding/io_watch.h"

#include <sys/mman.h>

#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "core/io/secret_target.h"

namespace loopdet {

namespace {

using nlohmann::json;

constexpr std::size_t kTableBytes = IoTable::kMaxSlots * sizeof(IoSlot);

// Zeroed memory is a table of free slots. `flags` of mmap(2), beside the usual ones.
void* MapTable(void* at, int flags) {
  return mmap(at, kTableBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags,
              -1, 0);
}

std::span<IoSlot> SlotsIn(const Mapping& memory) {
  const std::span<std::byte> bytes = memory.bytes();
  return {reinterpret_cast<IoSlot*>(bytes.data()), bytes.size() / sizeof(IoSlot)};
}

// `owner` lives as long as the ArrayBuffer.
template <typename Owner>
napi_value Buffer(napi_env env, std::shared_ptr<Owner> owner, void* start, std::size_t size) {
  auto kept = std::make_unique<std::shared_ptr<Owner>>(std::move(owner));
  const auto let_go = [](napi_env /*env*/, void* /*start*/, void* hint) {
    const std::unique_ptr<std::shared_ptr<Owner>> last(static_cast<std::shared_ptr<Owner>*>(hint));
  };
  napi_value buffer = nullptr;
  if (napi_create_external_arraybuffer(env, start, size, let_go, kept.get(), &buffer) != napi_ok)
    return nullptr;
  (void)kept.release();
  return buffer;
}

}  // namespace

IoWatch::IoWatch(uv_loop_t* loop, Options options, const ThreadArea* area, std::uint32_t first_slot,
                 OverheadMeter& overhead)
    : loop_(loop),
      overhead_(overhead),
      options_(std::move(options)),
      slots_(std::make_shared<const Mapping>(MapTable(nullptr, 0), kTableBytes)),
      table_(SlotsIn(*slots_), first_slot) {
  // Without it the operations are only here.
  if (area != nullptr && *slots_) (void)area->MapSlotsAt(slots_->bytes().data());
}

IoWatch::~IoWatch() {
  // What JavaScript holds until its next collection is no part of the black box any more.
  if (*slots_) MapTable(slots_->bytes().data(), MAP_FIXED);
}

napi_value IoWatch::StateBuffer(napi_env env) const {
  return Buffer(env, table_.state(), table_.state().get(), sizeof(IoTable::State));
}

napi_value IoWatch::SlotBuffer(napi_env env, std::size_t part) const {
  constexpr std::size_t kBytes = kSlotsOfPart * sizeof(IoSlot);
  const std::span<std::byte> all = slots_->bytes();
  if (part >= all.size() / kBytes) return nullptr;
  return Buffer(env, slots_, all.data() + part * kBytes, kBytes);
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
