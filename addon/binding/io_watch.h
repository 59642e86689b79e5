#pragma once

#include <uv.h>

#include <array>
#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/io/io_table.h"
#include "core/io/pool_gauge.h"
#include "core/stall/stack.h"

namespace loopdet {

// What one thread of the program waits for: its operations, and how long work waits for a thread of libuv's
// pool.
class IoWatch {
 public:
  struct Options {
    std::vector<std::string> kinds;  // names, by number
    MonoNanos threshold = 0;         // slower operations are events
    bool probe_pool = false;
  };

  IoWatch(uv_loop_t* loop, Options options);
  IoWatch(const IoWatch&) = delete;
  IoWatch& operator=(const IoWatch&) = delete;
  // Not while a probe is under way: see Close.
  ~IoWatch();

  IoTable& table() { return table_; }
  [[nodiscard]] const Options& options() const { return options_; }

  // The token of the operation that began last: a wrapped function that throws at once has begun it in vain.
  IoTable::Token last_begun = 0;

  // An operation that blocked the loop and ended in an exception: nothing of ours may run until that is
  // handled.
  struct Late {
    int kind;
    std::string method;
    std::string target;
    MonoNanos began;
    MonoNanos lasted;
    Stack stack;
  };
  std::vector<Late> late;

  // A wait for the pool that was longer than the threshold and has not been reported yet; else 0.
  MonoNanos pool_delay = 0;

  // A turn ends. If the loop may have work in libuv's pool, sees how long an empty piece of work waits there:
  // at most ten times a second, and only while the program's own requests keep the loop turning. True: there
  // is news of it.
  bool WatchPool(MonoNanos now);

  // [{token, kind, method, target, startTime, durationMs}], oldest first. From any thread.
  [[nodiscard]] nlohmann::json InFlight(MonoNanos now, std::size_t limit, bool only_sync) const;
  // {size, queueDelayMs, saturatedMs}
  [[nodiscard]] nlohmann::json PoolJson(MonoNanos now) const;

 private:
  struct Probe;
  void ProbePool(MonoNanos now);

  uv_loop_t* const loop_;
  const Options options_;
  // Mapped, not allocated: only what is used becomes memory.
  std::span<IoSlot> slots_;
  IoTable table_;
  PoolGauge pool_;
  // Owned by the pool's queue while it is under way, and freed there if this watch has gone.
  std::shared_ptr<Probe> probe_;
};

}  // namespace loopdet
