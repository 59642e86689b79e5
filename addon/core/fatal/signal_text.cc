#include "core/fatal/signal_text.h"

#include <algorithm>
#include <csignal>

namespace loopdet {

namespace {

struct Name {
  int number;
  std::string_view name;
};

// strsignal and sigabbrev_np are not for handlers, or not everywhere.
constexpr Name kNames[] = {
    {SIGABRT, "SIGABRT"}, {SIGALRM, "SIGALRM"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},
    {SIGHUP, "SIGHUP"},   {SIGILL, "SIGILL"},   {SIGINT, "SIGINT"},   {SIGPIPE, "SIGPIPE"},
    {SIGQUIT, "SIGQUIT"}, {SIGSEGV, "SIGSEGV"}, {SIGSYS, "SIGSYS"},   {SIGTERM, "SIGTERM"},
    {SIGTRAP, "SIGTRAP"}, {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"}, {SIGVTALRM, "SIGVTALRM"},
    {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"},
};

// Each part of a list is added whole or not at all.
template <typename Part, typename AppendPart>
void AppendList(SignalText& text, std::span<const Part> parts, AppendPart append) {
  bool first = true;
  for (const Part& part : parts) {
    const std::size_t before = text.Mark();
    if (!first) text.Append(",");
    append(part);
    if (text.full()) {
      text.Back(before);
      return;
    }
    first = false;
  }
}

}  // namespace

void SignalText::AppendByte(char byte) {
  if (full_ || length_ + kept_ >= memory_.size()) {
    full_ = true;
    return;
  }
  memory_[length_++] = byte;
}

void SignalText::Append(std::string_view json) {
  for (const char byte : json) AppendByte(byte);
}

void SignalText::AppendNumber(std::int64_t number) {
  std::array<char, 20> digits;
  std::size_t count = 0;
  // Negated as unsigned: the lowest number has no positive counterpart.
  auto left = static_cast<std::uint64_t>(number);
  if (number < 0) left = 0 - left;
  do {
    digits[count++] = static_cast<char>('0' + left % 10);
    left /= 10;
  } while (left != 0);
  if (number < 0) AppendByte('-');
  while (count > 0) AppendByte(digits[--count]);
}

void SignalText::AppendHex(std::uint64_t number) {
  Append("\"0x");
  int shift = 60;
  while (shift > 0 && number >> shift == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) AppendByte("0123456789abcdef"[number >> shift & 0xFU]);
  Append("\"");
}

void SignalText::AppendString(std::string_view text) {
  Append("\"");
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') AppendByte('\\');
    AppendByte(byte >= ' ' && byte <= '~' ? byte : '?');
  }
  Append("\"");
}

std::string_view SignalName(int number) {
  const auto* found = std::find_if(std::begin(kNames), std::end(kNames),
                                   [number](const Name& name) { return name.number == number; });
  return found == std::end(kNames) ? std::string_view() : found->name;
}

std::string_view FormatFatal(const FatalSignal& signal, std::span<char> memory) {
  constexpr std::string_view kNative = "},\"native\":[";
  constexpr std::string_view kEnd = "]}";
  SignalText text(memory);
  text.Append(R"({"event":"fatal","signal":)");
  text.AppendString(SignalName(signal.number));
  text.Append(R"(,"number":)");
  text.AppendNumber(signal.number);
  text.Append(R"(,"code":)");
  text.AppendNumber(signal.code);
  if (signal.is_sent) {
    text.Append(R"(,"senderPid":)");
    text.AppendNumber(signal.sender);
  } else {
    text.Append(R"(,"address":)");
    text.AppendHex(signal.address);
  }
  text.Append(R"(,"threadName":)");
  text.AppendString(signal.thread_name);
  text.Append(R"(,"tid":)");
  text.AppendNumber(signal.tid);
  text.Append(R"(,"registers":{)");
  text.Keep(kNative.size() + kEnd.size());
  AppendList(text, signal.registers, [&text](const SignalRegister& one) {
    text.AppendString(one.name);
    text.Append(":");
    text.AppendHex(one.value);
  });
  text.Keep(kEnd.size());
  text.Append(kNative);
  AppendList(text, signal.native, [&text](const NativeFrame& frame) {
    text.Append(R"({"address":)");
    text.AppendHex(frame.address);
    if (!frame.module.empty()) {
      text.Append(R"(,"module":)");
      text.Append(frame.module);
      text.Append(R"(,"offset":)");
      text.AppendHex(frame.offset);
    }
    text.Append("}");
  });
  text.Keep(0);
  text.Append(kEnd);
  return text.text();
}

}  // namespace loopdet
