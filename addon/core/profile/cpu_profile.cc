#include "core/profile/cpu_profile.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace loopdet {

namespace {

using nlohmann::json;

json ToJson(const CpuProfile::Node& node) {
  json entry = {{"id", node.id},
                {"callFrame",
                 {{"functionName", node.function_name},
                  {"scriptId", std::to_string(node.script_id)},
                  {"url", FileUrlOf(node.url)},
                  {"lineNumber", node.line},
                  {"columnNumber", node.column}}},
                {"hitCount", node.hits}};
  if (!node.children.empty()) entry["children"] = node.children;
  for (const auto& [line, ticks] : node.ticks) {
    entry["positionTicks"].push_back({{"line", line}, {"ticks", ticks}});
  }
  return entry;
}

}  // namespace

std::string FileUrlOf(const std::string& name) {
  if (!name.starts_with('/')) return name;
  constexpr std::string_view kEncoded = "\"#%<>?[\\]^`{|}~";
  std::string url = "file://";
  for (const char character : name) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte > ' ' && byte < 0x7f && kEncoded.find(character) == std::string_view::npos) {
      url += character;
    } else {
      char text[4];
      std::snprintf(text, sizeof text, "%%%02X", byte);
      url += text;
    }
  }
  return url;
}

void CpuProfile::Hide(std::string_view url) {
  // Of each node, the one that is shown in its place: itself, or the next caller. Callers come first.
  std::map<unsigned, std::size_t> place;
  std::vector<std::vector<unsigned>> children(nodes.size());
  for (std::size_t at = 0; at < nodes.size(); ++at) {
    const Node& node = nodes[at];
    const auto caller = place.find(node.id);
    std::size_t shown = at;
    if (caller != place.end() && node.url == url) {
      shown = caller->second;
      nodes[shown].hits += node.hits;
    } else if (caller != place.end()) {
      children[caller->second].push_back(node.id);
    }
    place[node.id] = shown;
    for (const unsigned child : node.children) place[child] = shown;
  }
  for (unsigned& sample : samples) sample = nodes[place[sample]].id;
  for (std::size_t at = 0; at < nodes.size(); ++at) nodes[at].children = std::move(children[at]);
  std::erase_if(nodes, [&url](const Node& node) { return node.url == url; });
}

void CpuProfile::MarkIdle(std::int64_t interval) {
  const auto idle = std::find_if(nodes.begin(), nodes.end(),
                                 [](const Node& node) { return node.function_name == "(idle)"; });
  if (idle == nodes.end()) return;
  std::vector<unsigned> marked;
  std::vector<std::int64_t> deltas;
  marked.reserve(samples.size());
  deltas.reserve(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    // The sample that ends a wait is idle, and comes late. A starved process's late samples are not idle.
    const bool ends_wait = samples[i] == idle->id && time_deltas[i] > 2 * interval;
    if (ends_wait) {
      marked.push_back(samples[i]);
      deltas.push_back(interval);
    }
    marked.push_back(samples[i]);
    deltas.push_back(ends_wait ? time_deltas[i] - interval : time_deltas[i]);
  }
  samples = std::move(marked);
  time_deltas = std::move(deltas);
}

std::string CpuProfile::ToText() const {
  json document = {{"startTime", start}, {"endTime", end}, {"samples", samples}, {"timeDeltas", time_deltas}};
  auto& list = document["nodes"] = json::array();
  for (const Node& node : nodes) list.push_back(ToJson(node));
  // Names come from the program, and may be no UTF-8.
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace loopdet
