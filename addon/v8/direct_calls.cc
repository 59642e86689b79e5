#include "v8/direct_calls.h"

#include <optional>

#include "v8/machine_code.h"
#include "v8/protector.h"

namespace loopdet::v8 {

namespace {

struct Places {
  // Bit 0: a profile is taken. A byte of the isolate's.
  char* mode;
  // Of "nothing has ever taken a profile".
  Protector protector;
};

// DependOnNoProfilingProtector: "movzbl mode(%isolate), %eax", then where the cell is.
std::optional<Places> FindPlaces(const void* asks, Isolate* isolate) {
  const Protector protector(asks, isolate);
  if (!protector.IsFound()) return std::nullopt;
  const Code code(static_cast<const unsigned char*>(asks), kCodeLook);
  const auto mode = Find(code, {0x0F, 0xB6, 0x40, kAnyByte});
  char* const byte = mode ? Inside(isolate, code[*mode + 3]) : nullptr;
  if (byte == nullptr) return std::nullopt;
  return Places{byte, protector};
}

void TakeDirectWay(Isolate* isolate, void* asks) {
  auto places = FindPlaces(asks, isolate);
  constexpr char kProfiling = 1;
  if (!places || *places->mode != kProfiling || !places->protector.IsBroken()) return;
  *places->mode = 0;
  places->protector.Restore();
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
