#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace loopdet {

// Memory of which any address may be missing.
class StackMemory {
 public:
  virtual ~StackMemory() = default;
  // False: not all of it is there.
  [[nodiscard]] virtual bool Read(std::uintptr_t address, std::span<std::byte> to) const = 0;
};

// This process's own. The kernel reads it, so that a missing page is an answer and not a second fault. May
// be used in a signal handler. Where the kernel refuses (a sandbox), nothing is there.
class OwnMemory final : public StackMemory {
 public:
  [[nodiscard]] bool Read(std::uintptr_t address, std::span<std::byte> to) const override;
};

// The registers that a walk starts from.
struct WalkStart {
  std::uintptr_t instruction = 0;
  std::uintptr_t stack = 0;
  std::uintptr_t frame = 0;
  std::uintptr_t link = 0;  // aarch64: where a function without a frame returns to; 0 elsewhere
};

// Code addresses of a thread's frames, innermost first; how many. Follows the frame pointers, which node and
// V8's compiled code keep. A C library has none: its frames are passed over, and if it uses the register for
// something else, the frames of its caller are searched for in the first few KB of the stack.
std::size_t WalkStack(const WalkStart& start, const StackMemory& memory, std::span<std::uintptr_t> addresses);

}  // namespace loopdet
