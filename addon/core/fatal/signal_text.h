#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace loopdet {

// Builds JSON in memory that is given. Everything here may run in a signal handler: no allocation, no lock,
// no locale. What does not fit is left out whole: see Mark().
class SignalText {
 public:
  explicit SignalText(std::span<char> memory) : memory_(memory) {}

  // As it is: JSON.
  void Append(std::string_view json);
  void AppendNumber(std::int64_t number);
  // "0x1f", quoted.
  void AppendHex(std::uint64_t number);
  // A quoted string of text that comes from elsewhere. What is not printable ASCII becomes '?': a name that
  // the kernel has cut may end within a character.
  void AppendString(std::string_view text);

  // Where the text is now. Back(mark) takes back all that was added since then.
  [[nodiscard]] std::size_t Mark() const { return length_; }
  void Back(std::size_t mark) {
    length_ = mark;
    full_ = false;
  }
  // Something did not fit: what was added last is not whole.
  [[nodiscard]] bool full() const { return full_; }
  // Bytes that are kept free for what must still come.
  void Keep(std::size_t bytes) { kept_ = bytes; }
  [[nodiscard]] std::string_view text() const { return {memory_.data(), length_}; }

 private:
  void AppendByte(char byte);

  std::span<char> memory_;
  std::size_t length_ = 0;
  std::size_t kept_ = 0;
  bool full_ = false;
};

struct SignalRegister {
  const char* name = nullptr;
  std::uint64_t value = 0;
};

struct NativeFrame {
  std::uint64_t address = 0;
  // As a JSON string, quotes included; empty: code of no module, such as V8's compiled JavaScript.
  std::string_view module;
  std::uint64_t offset = 0;  // within the module, as its symbol table counts
};

struct FatalSignal {
  int number = 0;
  int code = 0;
  std::uint64_t address = 0;  // of a fault
  bool is_sent = false;       // by a process, which the sender is; otherwise the kernel found a fault
  int sender = 0;
  std::string_view thread_name;
  int tid = 0;
  std::span<const SignalRegister> registers;
  std::span<const NativeFrame> native;  // innermost first
};

// "SIGSEGV"; "SIG99" is not known: an empty text.
std::string_view SignalName(int number);

// {event: 'fatal', signal, number, code, address or senderPid, threadName, tid, registers, native}. JSON
// whatever the memory's size, from 512 bytes on: frames and registers that do not fit are left out.
std::string_view FormatFatal(const FatalSignal& signal, std::span<char> memory);

}  // namespace loopdet
