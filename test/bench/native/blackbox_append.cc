// What one append to the black box costs, with payloads of 100 bytes, on 1 thread and on 4 at once. Prints
// JSON. cmake --build <folder> --target blackbox_append; ./blackbox_append [directory]
#include <unistd.h>

#include <algorithm>
#include <barrier>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/base/crc32c.h"
#include "core/blackbox/black_box.h"

namespace {

using loopdet::BlackBox;
using loopdet::MonotonicNow;
using loopdet::RecordType;
using loopdet::RecordWriter;

constexpr int kBatches = 20000;
constexpr int kBatch = 10;  // so that reading the clock does not count

// Nanoseconds an append, one figure a batch.
std::vector<double> Append(BlackBox& box, std::uint32_t thread, std::barrier<>& start) {
  const std::string payload(100, 'x');
  std::vector<double> nanos;
  nanos.reserve(kBatches);
  RecordWriter writer(box);
  start.arrive_and_wait();
  for (int batch = 0; batch < kBatches; ++batch) {
    const auto begin = MonotonicNow();
    for (int index = 0; index < kBatch; ++index) writer.Append(RecordType::kNote, thread, payload);
    nanos.push_back(static_cast<double>(MonotonicNow() - begin) / kBatch);
  }
  return nanos;
}

std::string Measure(BlackBox& box, std::uint32_t threads) {
  std::barrier<> start(threads);
  std::vector<std::vector<double>> each(threads);
  {
    std::vector<std::jthread> running;
    for (std::uint32_t thread = 0; thread < threads; ++thread) {
      running.emplace_back([&, thread] { each[thread] = Append(box, thread, start); });
    }
  }
  std::vector<double> all;
  for (const auto& nanos : each) all.insert(all.end(), nanos.begin(), nanos.end());
  std::sort(all.begin(), all.end());
  char text[160];
  std::snprintf(text, sizeof text, R"({"threads":%u,"medianNs":%.0f,"p99Ns":%.0f,"maxBatchNs":%.0f})",
                threads, all[all.size() / 2], all[all.size() * 99 / 100], all.back() * kBatch);
  return text;
}

double ChecksumNanos(std::uint32_t (*checksum)(std::span<const std::byte>, std::uint32_t)) {
  const std::vector<std::byte> bytes(128);
  constexpr int kTimes = 100000;
  std::uint32_t crc = 0;
  const auto begin = MonotonicNow();
  for (int time = 0; time < kTimes; ++time) crc = checksum(bytes, crc);
  const double nanos = static_cast<double>(MonotonicNow() - begin) / kTimes;
  return crc == 0 ? 0 : nanos;  // used, so that it is computed
}

}  // namespace

int main(int argc, char** argv) {
  const std::string directory = argc > 1 ? argv[1] : ".";
  std::unique_ptr<BlackBox> box;
  const auto made =
      BlackBox::Create(directory + "/bench." + std::to_string(getpid()) + ".ring", {}, "{}", box);
  if (!made.ok()) {
    std::fprintf(stderr, "%s\n", made.message().c_str());
    return 1;
  }
  const std::string one = Measure(*box, 1);
  const std::string four = Measure(*box, 4);
  const auto removed = box->Remove();
  std::printf("{\"append\":[%s,%s],\"crc32cOf128BytesNs\":{\"instruction\":%.1f,\"table\":%.1f}}\n",
              one.c_str(), four.c_str(), ChecksumNanos(loopdet::Crc32c),
              ChecksumNanos(loopdet::Crc32cByTable));
  return removed.ok() ? 0 : 1;
}
