#include "core/profile/stall_profile.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

namespace loopdet {

namespace {

constexpr std::size_t kRoot = 0;
constexpr std::size_t kProgram = 1;

// The node of a function that `caller` has called. A function called from two places of another is one.
std::size_t NodeOf(CpuProfile& profile, std::size_t caller, const StackEntry& entry) {
  for (const unsigned id : profile.nodes[caller].children) {
    const CpuProfile::Node& node = profile.nodes[id - 1];
    if (node.function_name == entry.function_name && node.url == entry.url) return id - 1;
  }
  CpuProfile::Node node;
  node.id = static_cast<unsigned>(profile.nodes.size() + 1);
  node.function_name = entry.function_name;
  node.url = entry.url;
  node.line = entry.line - 1;
  node.column = entry.column - 1;
  profile.nodes[caller].children.push_back(node.id);
  profile.nodes.push_back(std::move(node));
  return profile.nodes.size() - 1;
}

void AddSamples(CpuProfile& profile, std::size_t at, std::uint64_t count, MonoNanos each) {
  profile.nodes[at].hits += static_cast<unsigned>(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    profile.samples.push_back(profile.nodes[at].id);
    profile.time_deltas.push_back(each / 1000);
  }
}

std::uint64_t SampleCount(const Stall& stall) {
  std::uint64_t count = stall.other_samples;
  for (const Stall::Sample& sample : stall.samples) count += sample.count;
  return count;
}

void AddStall(CpuProfile& profile, const Stall& stall, MonoNanos each) {
  for (const Stall::Sample& sample : stall.samples) {
    std::size_t at = kRoot;
    for (auto entry = sample.stack.rbegin(); entry != sample.stack.rend(); ++entry) {
      at = NodeOf(profile, at, *entry);
    }
    AddSamples(profile, at, sample.count, each);
    profile.nodes[at].ticks.push_back({sample.stack.front().line, static_cast<unsigned>(sample.count)});
  }
  AddSamples(profile, kProgram, stall.other_samples, each);
}

}  // namespace

CpuProfile ProfileOf(std::span<const Stall> stalls, MonoNanos began, MonoNanos now) {
  CpuProfile profile;
  profile.start = began / 1000;
  profile.end = now / 1000;
  profile.nodes.resize(2);
  profile.nodes[kRoot].id = 1;
  profile.nodes[kRoot].function_name = "(root)";
  profile.nodes[kRoot].children = {2};
  profile.nodes[kProgram].id = 2;
  profile.nodes[kProgram].function_name = "(program)";

  MonoNanos known = began;
  for (const Stall& stall : stalls) {
    const std::uint64_t count = SampleCount(stall);
    if (count == 0) continue;
    const MonoNanos from = std::max(stall.began, known);
    const MonoNanos to = std::max(stall.ended == 0 ? now : stall.ended, from);
    AddSamples(profile, kProgram, 1, from - known);
    AddStall(profile, stall, (to - from) / static_cast<MonoNanos>(count));
    known = to;
  }
  AddSamples(profile, kProgram, 1, std::max<MonoNanos>(now - known, 0));
  return profile;
}

}  // namespace loopdet
