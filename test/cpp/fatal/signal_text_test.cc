#include "core/fatal/signal_text.h"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace loopdet {
namespace {

using nlohmann::json;

FatalSignal Example() {
  FatalSignal signal;
  signal.number = SIGSEGV;
  signal.code = 1;
  signal.address = 0xdeadbeef;
  signal.thread_name = "libuv-worker";
  signal.tid = 123;
  return signal;
}

TEST(SignalTextTest, TellsOfAFault) {
  const std::array registers{SignalRegister{"rip", 0x401000}, SignalRegister{"rax", 0}};
  const std::array frames{NativeFrame{0x401000, "\"/usr/bin/node\"", 0x1000}, NativeFrame{0x7f00, {}, 0}};
  FatalSignal signal = Example();
  signal.registers = registers;
  signal.native = frames;
  std::array<char, 4096> memory;
  const json expected = {{"event", "fatal"},
                         {"signal", "SIGSEGV"},
                         {"number", SIGSEGV},
                         {"code", 1},
                         {"address", "0xdeadbeef"},
                         {"threadName", "libuv-worker"},
                         {"tid", 123},
                         {"registers", {{"rip", "0x401000"}, {"rax", "0x0"}}},
                         {"native",
                          {{{"address", "0x401000"}, {"module", "/usr/bin/node"}, {"offset", "0x1000"}},
                           {{"address", "0x7f00"}}}}};
  EXPECT_EQ(json::parse(FormatFatal(signal, memory)), expected);
}

TEST(SignalTextTest, TellsWhoSentASignal) {
  FatalSignal signal = Example();
  signal.number = SIGTERM;
  signal.code = 0;
  signal.is_sent = true;
  signal.sender = 77;
  std::array<char, 1024> memory;
  const json told = json::parse(FormatFatal(signal, memory));
  EXPECT_EQ(told["senderPid"], 77);
  EXPECT_EQ(told.count("address"), 0U);
}

TEST(SignalTextTest, ANameOfAnyBytesIsAString) {
  FatalSignal signal = Example();
  signal.thread_name = "a\"b\\c\n\xc3";
  std::array<char, 1024> memory;
  EXPECT_EQ(json::parse(FormatFatal(signal, memory))["threadName"], "a\"b\\c??");
}

TEST(SignalTextTest, IsJsonInEverySizeOfMemory) {
  std::vector<SignalRegister> registers(18, SignalRegister{"r15", std::numeric_limits<std::uint64_t>::max()});
  const std::string module = "\"/" + std::string(100, 'x') + "\"";
  std::vector<NativeFrame> frames(32, NativeFrame{0x7fffffffffff, module, 0x123456});
  FatalSignal signal = Example();
  signal.registers = registers;
  signal.native = frames;
  std::size_t most = 0;
  for (std::size_t size = 512; size < 8192; ++size) {
    // Of exactly that size, so that a sanitizer sees a byte too many.
    std::vector<char> memory(size);
    const json told = json::parse(FormatFatal(signal, memory), nullptr, false);
    ASSERT_TRUE(told.is_object()) << size;
    ASSERT_GE(told["native"].size(), most) << size;
    most = told["native"].size();
  }
  EXPECT_EQ(most, frames.size());
}

TEST(SignalTextTest, WritesEveryNumber) {
  const auto written = [](std::int64_t number) {
    std::array<char, 32> memory;
    SignalText text(memory);
    text.AppendNumber(number);
    return std::string(text.text());
  };
  EXPECT_EQ(written(0), "0");
  EXPECT_EQ(written(-6), "-6");
  EXPECT_EQ(written(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
  EXPECT_EQ(written(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
}

TEST(SignalTextTest, KnowsTheNames) {
  EXPECT_EQ(SignalName(SIGABRT), "SIGABRT");
  EXPECT_EQ(SignalName(SIGXCPU), "SIGXCPU");
  EXPECT_EQ(SignalName(60), "");
}

}  // namespace
}  // namespace loopdet
