#pragma once

#include <node_api.h>
#include <uv.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "binding/overhead_meter.h"
#include "core/blackbox/black_box.h"
#include "core/blackbox/mapping.h"
#include "core/io/io_table.h"

namespace loopdet {

// What one thread of the program waits for.
class IoWatch {
 public:
  struct Options {
    std::vector<std::string> kinds;  // names, by number
    MonoNanos threshold = 0;         // slower operations are events
    bool probe_pool = false;
  };

  // `area` (of the black box) may be nullptr: else the first operations stand there.
  // `first_slot`: see IoTable.
  IoWatch(uv_loop_t* loop, Options options, const ThreadArea* area, std::uint32_t first_slot,
          OverheadMeter& overhead);
  IoWatch(const IoWatch&) = delete;
  IoWatch& operator=(const IoWatch&) = delete;
  ~IoWatch();

  IoTable& table() { return table_; }
  // What JavaScript writes to: the table's state, or a part of its slots, as an ArrayBuffer that keeps the
  // memory. nullptr: there is no such part.
  napi_value StateBuffer(napi_env env) const;
  napi_value SlotBuffer(napi_env env, std::size_t part) const;
  static constexpr std::size_t kSlotsOfPart = 512;
  [[nodiscard]] const Options& options() const { return options_; }

  // What a synchronous operation does. JavaScript names it by its place in `types`.
  struct Type {
    int kind;
    std::string method;
  };
  std::vector<Type> types;

  // See OverheadMeter::slower. From any thread.
  void SampleSlower(int times) { table_.state()->slower = static_cast<std::uint32_t>(times); }
  OverheadMeter& overhead() { return overhead_; }

  // A wait for the thread pool that was longer than the threshold and has not been reported yet; else 0. Set
  // on the monitor thread.
  std::atomic<MonoNanos> pool_delay{0};
  // Whether the loop may have work in the pool. From any thread.
  [[nodiscard]] bool MayUsePool() const;

  // {kind, method, target, startTime, durationMs}
  [[nodiscard]] nlohmann::json ToJson(const IoTable::Operation& operation, MonoNanos now) const;
  // Operations as JSON, oldest first. From any thread.
  [[nodiscard]] nlohmann::json InFlight(MonoNanos now, std::size_t limit, bool only_sync) const;

 private:
  uv_loop_t* const loop_;
  OverheadMeter& overhead_;
  const Options options_;
  // Mapped, not allocated: only what is used becomes memory. JavaScript may hold it for longer.
  std::shared_ptr<const Mapping> slots_;
  IoTable table_;
};

}  // namespace loopdet
