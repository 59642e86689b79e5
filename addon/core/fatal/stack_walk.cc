#include "core/fatal/stack_walk.h"

#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <optional>

namespace loopdet {

namespace {

constexpr std::uintptr_t kWord = sizeof(std::uintptr_t);
// No frame of a sane program is larger.
constexpr std::uintptr_t kMaxFrameBytes = std::uintptr_t{1} << 20;
constexpr std::size_t kSearchWords = 2048;

struct Link {
  std::uintptr_t next = 0;
  std::uintptr_t returns_to = 0;
};

// What a frame pointer points to.
std::optional<Link> ReadLink(const StackMemory& memory, std::uintptr_t frame) {
  if (frame % kWord != 0) return std::nullopt;
  Link link;
  std::array<std::uintptr_t, 2> words{};
  if (!memory.Read(frame, std::as_writable_bytes(std::span(words)))) return std::nullopt;
  link.next = words[0];
  link.returns_to = words[1];
  return link;
}

bool IsAbove(std::uintptr_t frame, std::uintptr_t below) {
  return frame > below && frame - below <= kMaxFrameBytes;
}

#if defined(__x86_64__)

bool IsAfterCall(const StackMemory& memory, std::uintptr_t address) {
  constexpr std::size_t kLongest = 7;
  if (address < kLongest) return false;
  std::array<std::uint8_t, kLongest> code{};
  if (!memory.Read(address - kLongest, std::as_writable_bytes(std::span(code)))) return false;
  // call rel32; call through a register or memory (FF /2), with its possible lengths.
  if (code[kLongest - 5] == 0xE8) return true;
  for (const std::size_t length : {2U, 3U, 6U, 7U}) {
    if (code[kLongest - length] == 0xFF && (code[kLongest - length + 1] >> 3U & 7U) == 2) return true;
  }
  return false;
}

#elif defined(__aarch64__)

bool IsAfterCall(const StackMemory& memory, std::uintptr_t address) {
  constexpr std::size_t kInstruction = 4;
  std::uint32_t code = 0;
  if (address < kInstruction || address % kInstruction != 0 ||
      !memory.Read(address - kInstruction, std::as_writable_bytes(std::span(&code, 1)))) {
    return false;
  }
  return code >> 26U == 0x25 || (code & 0xFFFF'FC1FU) == 0xD63F'0000U;  // bl, blr
}

#else

bool IsAfterCall(const StackMemory&, std::uintptr_t) {
  return false;
}

#endif

bool ReturnsToCode(const StackMemory& memory, std::uintptr_t frame) {
  const std::optional<Link> link = ReadLink(memory, frame);
  return link && IsAfterCall(memory, link->returns_to);
}

// For a word that could be anything: the frame and the next one must be right.
bool LooksLikeFrame(const StackMemory& memory, std::uintptr_t frame) {
  const std::optional<Link> link = ReadLink(memory, frame);
  if (!link || !IsAfterCall(memory, link->returns_to) || !IsAbove(link->next, frame)) return false;
  return ReturnsToCode(memory, link->next);
}

// Somewhere above `stack` lies the frame pointer that a function without a frame has put away. 0: it does
// not.
std::uintptr_t SearchFrame(const StackMemory& memory, std::uintptr_t stack) {
  if (stack % kWord != 0) return 0;
  for (std::size_t at = 0; at < kSearchWords; ++at) {
    const std::uintptr_t slot = stack + at * kWord;
    std::uintptr_t word = 0;
    if (!memory.Read(slot, std::as_writable_bytes(std::span(&word, 1)))) return 0;
    if (word % kWord == 0 && IsAbove(word, slot) && LooksLikeFrame(memory, word)) return word;
  }
  return 0;
}

// The caller of a function that has no frame (memcpy), or of a null function pointer.
std::uintptr_t FramelessCaller(const WalkStart& start, const StackMemory& memory) {
  std::uintptr_t caller = start.link;
  if (caller == 0 && !memory.Read(start.stack, std::as_writable_bytes(std::span(&caller, 1)))) return 0;
  return IsAfterCall(memory, caller) ? caller : 0;
}

}  // namespace

bool OwnMemory::Read(std::uintptr_t address, std::span<std::byte> to) const {
  const iovec into{to.data(), to.size()};
  const iovec from{reinterpret_cast<void*>(address), to.size()};
  return process_vm_readv(getpid(), &into, 1, &from, 1, 0) == static_cast<ssize_t>(to.size());
}

std::size_t WalkStack(const WalkStart& start, const StackMemory& memory,
                      std::span<std::uintptr_t> addresses) {
  std::size_t count = 0;
  const auto add = [&](std::uintptr_t address) {
    if (count < addresses.size()) addresses[count++] = address;
  };
  add(start.instruction);
  const std::uintptr_t caller = FramelessCaller(start, memory);
  if (caller != 0) add(caller);

  std::uintptr_t frame = start.frame;
  // What the walk has passed.
  std::uintptr_t passed = start.stack;
  const bool in_reach = frame == start.stack || IsAbove(frame, start.stack);
  if (!in_reach || !ReturnsToCode(memory, frame)) {
    if (const std::uintptr_t found = SearchFrame(memory, start.stack); found != 0) {
      frame = found;
    } else if (!in_reach) {
      return count;
    }
  }
  // Calls may go through a library without frame pointers more than once.
  for (int gaps = 0; gaps < 4 && frame != 0; ++gaps) {
    while (count < addresses.size()) {
      const std::optional<Link> link = ReadLink(memory, frame);
      if (!link || link->returns_to == 0) break;
      passed = frame + 2 * kWord;
      // The link register may hold what the frame does too.
      if (count != 2 || caller != link->returns_to) add(link->returns_to);
      if (link->next == 0) return count;
      if (!IsAbove(link->next, frame)) break;
      frame = link->next;
    }
    if (count == addresses.size()) break;
    frame = SearchFrame(memory, passed);
  }
  return count;
}

}  // namespace loopdet
