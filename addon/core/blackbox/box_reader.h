#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/status.h"
#include "core/blackbox/layout.h"

namespace loopdet {

// What could be read of a black box.
struct BoxContents {
  struct Operation {
    int kind = 0;
    bool sync = false;
    std::string method;
    std::string target;
    MonoNanos began = 0;
  };
  struct Thread {
    std::uint32_t thread_id = 0;
    std::optional<Heartbeat::View> heartbeat;  // nothing: it was just being written
    std::optional<HeapGauges> heap;
    std::string stall;                 // the stall under way; empty: none
    std::vector<Operation> in_flight;  // oldest first
  };
  struct Record {
    RecordType type = RecordType::kOther;  // may be a number that a newer version knows
    std::uint32_t thread_id = 0;
    MonoNanos time = 0;
    std::uint64_t sequence = 0;  // a number that is missing was written over, dropped or damaged
    bool cut = false;
    std::string payload;
  };
  // All 0 for the box of a process that was killed, at whatever moment. A box that is written while it is
  // copied may show a little.
  struct Damage {
    std::uint64_t bad_chunks = 0;   // whose header is wrong: their records are lost
    std::uint64_t bad_records = 0;  // places in the ring where one or more records are lost
    std::uint64_t bad_areas = 0;    // values of the live area and the identity that are wrong
    std::uint64_t cut_areas = 0;    // thread areas and chunks that are not, or not wholly, in the file
    std::uint64_t missing_bytes = 0;
  };

  FileHeader header;
  BoxLayout layout;
  BoxState state = BoxState::kRunning;  // may be a number that a newer version knows
  std::uint32_t detail = 0;
  std::string identity;
  std::optional<Gauges> gauges;
  std::vector<Thread> threads;
  std::vector<Record> records;  // in the order in which they were written
  Damage damage;
};

// Any bytes that do not change meanwhile. An error says why they are no black box; what is wrong beyond the
// header is counted. Takes time and memory in proportion to their number.
Status ReadBox(std::span<const std::byte> bytes, BoxContents& box);

// A regular file of at most `limit` bytes, which may be in use. It is copied first: a mapping would be SIGBUS
// if somebody cut it short.
Status ReadBoxFile(const std::string& path, BoxContents& box, std::size_t limit = BoxLayout::kMaxFileBytes);

// When that moment of the process's monotonic clock was, in nanoseconds since 1970.
std::int64_t WallOf(const BoxContents& box, MonoNanos at);

// {header, state, gauges, threads, records, damage} in valid UTF-8. Payloads, identity and stalls as what
// they are in JSON, or as text if they are not.
nlohmann::json ToJson(const BoxContents& box);

}  // namespace loopdet
