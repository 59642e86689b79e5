#include "v8/direct_calls.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>
#include <span>

namespace loopdet::v8 {

namespace {

constexpr std::size_t kLook = 96;
constexpr int kAny = -1;

using Code = std::span<const unsigned char, kLook>;

// Where these bytes begin.
std::optional<std::size_t> Find(Code code, std::initializer_list<int> bytes) {
  const auto at =
      std::search(code.begin(), code.end(), bytes.begin(), bytes.end(),
                  [](unsigned char byte, int wanted) { return wanted == kAny || byte == wanted; });
  if (at == code.end()) return std::nullopt;
  return static_cast<std::size_t>(at - code.begin());
}

template <typename T>
T ReadAt(const void* place) {
  T value{};
  std::memcpy(&value, place, sizeof value);
  return value;
}

char* Inside(Isolate* isolate, std::int32_t offset) {
  constexpr std::int32_t kMost = 1 << 20;
  return offset > 0 && offset < kMost ? reinterpret_cast<char*>(isolate) + offset : nullptr;
}

struct Places {
  // Bit 0: a profile is taken. A byte of the isolate's.
  char* mode = nullptr;
  // V8's PropertyCell, which holds a small integer: 1, nothing has ever broken it.
  std::int64_t* protector = nullptr;
};

// DependOnNoProfilingProtector: "movzbl mode(%isolate), %eax", then the address of the root that holds the
// cell.
std::optional<Places> FindPlaces(const void* asks, Isolate* isolate) {
#if !defined(__x86_64__)
  asks = nullptr;
#endif
  if (asks == nullptr || isolate == nullptr) return std::nullopt;
  const Code code(static_cast<const unsigned char*>(asks), kLook);
  const auto mode = Find(code, {0x0F, 0xB6, 0x40, kAny});
  // "lea root(%rax), %rsi", or "mov $root, %esi; add (%rdi), %rsi".
  auto root = Find(code, {0x48, 0x8D, 0xB0, kAny, kAny, kAny, 0x00});
  if (root) {
    *root += 3;
  } else if ((root = Find(code, {0xBE, kAny, kAny, kAny, 0x00, 0x48, 0x03, 0x37}))) {
    *root += 1;
  }
  if (!mode || !root) return std::nullopt;
  char* const byte = Inside(isolate, code[*mode + 3]);
  const char* const slot = Inside(isolate, ReadAt<std::int32_t>(&code[*root]));
  if (byte == nullptr || slot == nullptr) return std::nullopt;
  // A tagged pointer; the value is the cell's fourth word (after map, name and details).
  constexpr std::uintptr_t kTag = 1;
  constexpr std::size_t kValue = 3;
  const auto cell = ReadAt<std::uintptr_t>(slot);
  if ((cell & 7) != kTag) return std::nullopt;
  return Places{byte, reinterpret_cast<std::int64_t*>(cell - kTag) + kValue};
}

void TakeDirectWay(Isolate* isolate, void* asks) {
  const auto places = FindPlaces(asks, isolate);
  constexpr char kProfiling = 1;
  constexpr std::int64_t kIntact = std::int64_t{1} << 32;
  if (!places || *places->mode != kProfiling || *places->protector != 0) return;
  *places->mode = 0;
  *places->protector = kIntact;
}

// Unless somebody else's profile runs, which is to have the names of what is called.
bool CanTakeDirectWay(const Functions& functions, Isolate* isolate) {
  if (functions.keep_positions == nullptr || functions.set_jit_handler == nullptr ||
      functions.request_interrupt == nullptr)
    return false;
  const auto places = FindPlaces(functions.depend_on_no_profiling, isolate);
  return places && *places->mode == 0;
}

}  // namespace

DirectCalls::DirectCalls(const Functions& functions, Isolate* isolate)
    : functions_(functions), isolate_(isolate), works_(CanTakeDirectWay(functions, isolate)) {
  if (!works_) return;
  functions_.keep_positions(isolate_);
  // While somebody listens V8 tells of the code it makes, and the profiler hears that, too.
  functions_.set_jit_handler(isolate_, 0, [](const void* /*event*/) {});
}

DirectCalls::~DirectCalls() {
  if (works_) functions_.set_jit_handler(isolate_, 0, nullptr);
}

void DirectCalls::Begin() {
  // V8 takes the longer way by an interrupt that it has asked for now: this one comes after it. It carries no
  // pointer to what may be gone by then.
  if (works_) functions_.request_interrupt(isolate_, TakeDirectWay, functions_.depend_on_no_profiling);
}

}  // namespace loopdet::v8
