#include "core/io/io_table.h"

#include <algorithm>
#include <cstring>

#include "core/base/text.h"

namespace loopdet {

namespace {

constexpr std::size_t kMaxMethod = 24;

std::uint32_t IndexOf(IoTable::Token token) {
  return static_cast<std::uint32_t>(token & (IoTable::kMaxSlots - 1));
}

}  // namespace

MonoNanos BeganOf(double began) {
  constexpr double kMost = 1e18;
  return began > 0 && began < kMost ? static_cast<MonoNanos>(began) : 0;
}

IoTable::IoTable(std::span<IoSlot> slots, std::uint32_t first)
    : slots_(slots), first_(first), state_(std::make_shared<State>()) {
  state_->used = first;
  state_->size = static_cast<std::uint32_t>(slots.size());
}

IoTable::Token IoTable::Begin(int kind, std::string_view method, std::string_view target, bool sync,
                              MonoNanos now) {
  State& state = *state_;
  std::uint32_t index = 0;
  if (const std::uint32_t free = state.first_free.load(std::memory_order_relaxed); free != 0) {
    index = free - 1;
    state.first_free.store(slots_[index].next_free, std::memory_order_relaxed);
  } else {
    index = state.used.load(std::memory_order_relaxed);
    if (index >= slots_.size()) {
      state.dropped.fetch_add(1, std::memory_order_relaxed);
      return 0;
    }
    state.used.store(index + 1, std::memory_order_release);
  }
  IoSlot& slot = slots_[index];
  const std::uint32_t sequence = slot.sequence.load(std::memory_order_relaxed);
  slot.sequence.store(sequence + 1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  method = CutText(method, kMaxMethod);
  target = CutText(target, IoSlot::kText - method.size());
  std::memcpy(slot.text.data(), method.data(), method.size());
  std::memcpy(slot.text.data() + method.size(), target.data(), target.size());
  slot.method_length = static_cast<std::uint8_t>(method.size());
  slot.target_length = static_cast<std::uint8_t>(target.size());
  slot.kind = static_cast<std::uint8_t>(kind);
  slot.sync = sync;
  slot.began = static_cast<double>(now);
  slot.generation = slot.generation + 1 >= kGenerations ? 1 : slot.generation + 1;
  slot.sequence.store(sequence + 2, std::memory_order_release);
  state.live.store(state.live.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  return (Token{slot.generation} << kIndexBits) | index;
}

std::uint32_t IoTable::FirstOfNext() const {
  const std::uint32_t used = state_->used.load(std::memory_order_relaxed);
  const bool is_clear = first_ == 0 && live() == 0;
  // Of operations that have lasted for so many tables one may be taken for another.
  return is_clear || used > kMaxSlots / 2 ? 0 : used;
}

IoSlot* IoTable::Find(Token token) const {
  const std::uint32_t index = IndexOf(token);
  if (token == 0 || index >= state_->used.load(std::memory_order_relaxed)) return nullptr;
  IoSlot& slot = slots_[index];
  return slot.began != 0 && slot.generation == token >> kIndexBits ? &slot : nullptr;
}

std::optional<MonoNanos> IoTable::End(Token token, MonoNanos now) {
  IoSlot* slot = Find(token);
  if (slot == nullptr) return std::nullopt;
  State& state = *state_;
  const MonoNanos lasted = now - BeganOf(slot->began);
  // A reader that is at it saw an operation that has just ended.
  slot->began = 0;
  // The slot used last is used next: few pages are ever touched.
  slot->next_free = state.first_free.load(std::memory_order_relaxed);
  state.first_free.store(IndexOf(token) + 1, std::memory_order_relaxed);
  state.live.store(state.live.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
  return lasted;
}

std::vector<IoTable::Operation> IoTable::Read(std::size_t limit, bool only_sync) const {
  std::vector<Operation> found;
  const auto older = [](const Operation& a, const Operation& b) { return a.began < b.began; };
  const std::uint32_t used = state_->used.load(std::memory_order_acquire);
  for (std::uint32_t index = 0; index < used; ++index) {
    const IoSlot& slot = slots_[index];
    const std::uint32_t before = slot.sequence.load(std::memory_order_acquire);
    const MonoNanos began = BeganOf(slot.began);
    if ((before & 1U) != 0 || began == 0 || (only_sync && !slot.sync)) continue;
    Operation operation;
    operation.token = (Token{slot.generation} << kIndexBits) | index;
    operation.kind = slot.kind;
    operation.sync = slot.sync;
    operation.began = began;
    const std::size_t method = std::min<std::size_t>(slot.method_length, IoSlot::kText);
    const std::size_t target = std::min<std::size_t>(slot.target_length, IoSlot::kText - method);
    operation.method.assign(slot.text.data(), method);
    operation.target.assign(slot.text.data() + method, target);
    std::atomic_thread_fence(std::memory_order_acquire);
    // Written meanwhile: it has just ended or begun, which nobody asks about.
    if (slot.sequence.load(std::memory_order_relaxed) != before) continue;
    found.push_back(std::move(operation));
    // Bounded however many there are.
    if (found.size() >= 2 * limit + 64) {
      std::nth_element(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(limit), found.end(), older);
      found.resize(limit);
    }
  }
  std::sort(found.begin(), found.end(), older);
  if (found.size() > limit) found.resize(limit);
  return found;
}

}  // namespace loopdet
