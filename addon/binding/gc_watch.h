#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "core/base/clock.h"
#include "v8/v8_seam.h"

namespace loopdet {

// Counts and times the garbage collections of one isolate. Written on the isolate's thread, read by any.
class GcWatch {
 public:
  // One collection that lasted for `threshold` or longer.
  struct Pause {
    const char* kind = "";
    MonoNanos ended = 0;
    MonoNanos lasted = 0;
  };

  // `collected` is called after each collection, still within V8's.
  GcWatch(const v8::Functions& functions, v8::Isolate* isolate, MonoNanos threshold,
          std::function<void()> collected);
  GcWatch(const GcWatch&) = delete;
  GcWatch& operator=(const GcWatch&) = delete;
  ~GcWatch();

  // Time spent collecting so far, the collection in progress included.
  [[nodiscard]] MonoNanos TotalAt(MonoNanos now) const;
  [[nodiscard]] bool IsCollecting() const { return began_.load(std::memory_order_relaxed) != 0; }
  // Collections so far. On the isolate's thread.
  [[nodiscard]] std::uint64_t count() const;
  // The next pause that nobody has taken yet. One thread at a time, any.
  [[nodiscard]] std::optional<Pause> TakePause();
  // {count, totalMs, byKind {minor, major, incremental, weakCallbacks}: {count, totalMs}}
  [[nodiscard]] nlohmann::json ToJson() const;

 private:
  static void OnPrologue(v8::Isolate* isolate, int type, int flags, void* data);
  static void OnEpilogue(v8::Isolate* isolate, int type, int flags, void* data);

  const v8::Functions& functions_;
  v8::Isolate* isolate_;
  const MonoNanos threshold_;
  std::function<void()> collected_;
  int depth_ = 0;
  std::atomic<MonoNanos> began_{0};
  std::atomic<MonoNanos> total_{0};
  struct Kind {
    std::uint64_t count = 0;
    MonoNanos total = 0;
  };
  std::array<Kind, 5> kinds_{};  // by the bit of v8::GCType
  // A ring: the isolate's thread adds, and drops what nobody takes.
  std::array<Pause, 16> pauses_{};
  std::atomic<std::size_t> added_{0};
  std::atomic<std::size_t> taken_{0};
};

}  // namespace loopdet
