#include "binding/io_watch.h"

#include <sys/mman.h>

#include <cstdlib>
#include <string>
#include <utility>

namespace loopdet {

namespace {

using nlohmann::json;

std::span<IoSlot> MapSlots() {
  constexpr std::size_t kBytes = IoTable::kMaxSlots * sizeof(IoSlot);
  void* start =
      mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) return {};
  // Zeroed memory is a table of free slots.
  return {static_cast<IoSlot*>(start), IoTable::kMaxSlots};
}

// As libuv reads it, when its pool begins.
int PoolSize() {
  constexpr int kDefault = 4;
  constexpr int kMost = 1024;
  const char* given = std::getenv("UV_THREADPOOL_SIZE");
  if (given == nullptr) return kDefault;
  const int size = std::atoi(given);
  return size < 1 ? 1 : (size > kMost ? kMost : size);
}

}  // namespace

struct IoWatch::Probe {
  uv_work_t request{};
  IoWatch* watch = nullptr;  // null once that has gone; the loop's thread only
  MonoNanos began = 0;
  std::shared_ptr<Probe> self;  // while it is under way
};

IoWatch::IoWatch(uv_loop_t* loop, Options options)
    : loop_(loop), options_(std::move(options)), slots_(MapSlots()), table_(slots_) {}

IoWatch::~IoWatch() {
  if (probe_) {
    probe_->watch = nullptr;
    uv_cancel(reinterpret_cast<uv_req_t*>(&probe_->request));
  }
  if (!slots_.empty()) munmap(slots_.data(), slots_.size_bytes());
}

bool IoWatch::WatchPool(MonoNanos now) {
  if (!options_.probe_pool) return false;
  const MonoNanos delay = pool_.TakeDelay();
  if (delay >= options_.threshold && delay >= PoolGauge::kSaturated) pool_delay = delay;
  if (pool_.IsProbeDue(now)) ProbePool(now);
  return pool_delay != 0;
}

void IoWatch::ProbePool(MonoNanos now) {
  // The program's own requests: with none, nothing waits for the pool.
  if (loop_->active_reqs.count == 0) return;
  if (!probe_) probe_ = std::make_shared<Probe>();
  probe_->watch = this;
  probe_->request.data = probe_.get();
  const int failed = uv_queue_work(
      loop_, &probe_->request,
      [](uv_work_t* request) { static_cast<Probe*>(request->data)->began = MonotonicNow(); },
      [](uv_work_t* request, int status) {
        auto* probe = static_cast<Probe*>(request->data);
        const std::shared_ptr<Probe> last = std::move(probe->self);
        if (probe->watch != nullptr && status == 0) probe->watch->pool_.Ended(probe->began);
      });
  if (failed != 0) return;
  probe_->self = probe_;
  pool_.Queued(now);
}

json IoWatch::InFlight(MonoNanos now, std::size_t limit, bool only_sync) const {
  auto list = json::array();
  for (const IoTable::Operation& operation : table_.Read(limit)) {
    if (only_sync && !operation.sync) continue;
    const auto kind = static_cast<std::size_t>(operation.kind);
    json entry = {{"token", operation.token},
                  {"kind", kind < options_.kinds.size() ? options_.kinds[kind] : ""},
                  {"target", operation.target},
                  {"startTime", IsoTime(operation.began)},
                  {"durationMs", RoundMs(now - operation.began)}};
    if (!operation.method.empty()) entry["method"] = operation.method;
    list.push_back(std::move(entry));
  }
  return list;
}

json IoWatch::PoolJson(MonoNanos now) const {
  return {{"size", PoolSize()},
          {"queueDelayMs", RoundMs(pool_.DelayAt(now))},
          {"saturatedMs", RoundMs(pool_.SaturatedAt(now))}};
}

}  // namespace loopdet
