#include "core/events/event_log.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "core/base/files.h"
#include "core/stall/stack.h"

namespace loopdet {

namespace {

using nlohmann::json;

// A reader that is busy with something else gets so long.
constexpr MonoNanos kPatience = FromMs(100);

// False: it is lost, for its reader has stopped reading.
bool WriteLine(std::string line, MonoNanos patience) {
  line += '\n';
  return WriteAll(STDERR_FILENO, line, patience);
}

std::string Milliseconds(const json& event, const char* key) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f ms", event.value(key, 0.0));
  return text;
}

// " at name (url:line:column)" of the innermost frame of the program.
std::string Where(const json& event) {
  const auto found = event.find("stack");
  if (found == event.end() || !found->is_array() || found->empty()) return {};
  Stack stack;
  for (const json& e : *found) {
    stack.push_back(ParseStackEntry(e));
  }
  const StackEntry& frame = *FrameToShow(stack);
  const std::string name = frame.function_name.empty() ? "(anonymous)" : frame.function_name;
  return " in " + name + " (" + frame.url + ":" + std::to_string(frame.line) + ":" +
         std::to_string(frame.column) + ")";
}

std::string SystemCallPart(const json& event) {
  const auto call = event.find("syscall");
  if (call == event.end() || !call->is_object()) return {};
  const std::string target = call->value("target", "");
  return ", in system call " + call->value("name", "") + (target.empty() ? "" : " on " + target);
}

// Of a loop that stood still: ", in readFileSync /etc/hosts".
std::string OperationPart(const json& event) {
  const auto io = event.find("io");
  if (io == event.end() || !io->is_array() || io->empty()) return {};
  const json& longest = *std::max_element(io->begin(), io->end(), [](const json& a, const json& b) {
    return a.value("durationMs", 0.0) < b.value("durationMs", 0.0);
  });
  return ", in " + longest.value("method", longest.value("kind", "")) + " " + longest.value("target", "");
}

std::string LagText(const json& event) {
  return "lag " + Milliseconds(event, "durationMs") + " (" + event.value("cause", "") + ")" + Where(event) +
         OperationPart(event);
}

std::string SlowIoText(const json& event) {
  std::string text = "slow " + event.value("kind", "") + " " + Milliseconds(event, "durationMs") + " ";
  const std::string method = event.value("method", "");
  const std::string target = event.value("target", "");
  // An HTTP target begins with its method.
  if (!method.empty() && !target.starts_with(method + " ")) text += method + " ";
  text += target;
  if (const auto error = event.find("error"); error != event.end() && error->is_string()) {
    text += " (" + error->get<std::string>() + ")";
  } else if (const auto status = event.find("status"); status != event.end()) {
    text += " (" + (status->is_string() ? status->get<std::string>() : status->dump()) + ")";
  }
  return text + Where(event);
}

std::string StallText(const json& event) {
  return "stall for " + Milliseconds(event, "sinceMs") + " and still on (" + event.value("cause", "") + ")" +
         Where(event) + OperationPart(event) + SystemCallPart(event);
}

std::string GcText(const json& event) {
  return "gc " + Milliseconds(event, "durationMs") + " (" + event.value("kind", "") + ")";
}

std::string FileText(const json& event) {
  return event.value("event", "") + " " + event.value("file", "");
}

std::string WarningText(const json& event) {
  return "warning " + event.value("code", "") + ": " + event.value("message", "");
}

// One row per kind of event; a kind without a row is shown as JSON.
struct Renderer {
  const char* event;
  std::string (*text)(const json&);
};
constexpr Renderer kRenderers[] = {
    {"lag", LagText},    {"slow-io", SlowIoText}, {"stall", StallText}, {"gc", GcText},
    {"crash", FileText}, {"profile", FileText},   {"heap", FileText},   {"warning", WarningText},
};

}  // namespace

std::string ToText(const json& json) {
  return json.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string EventAsText(const json& event) {
  const std::string kind = event.value("event", "");
  const std::uint64_t thread = event.value("threadId", std::uint64_t{0});
  const std::string prefix = thread == 0 ? "loopdet: " : "loopdet: [worker " + std::to_string(thread) + "] ";
  for (const Renderer& renderer : kRenderers) {
    if (kind == renderer.event) return prefix + renderer.text(event);
  }
  return prefix + ToText(event);
}

void EventLog::Write(const json& event) {
  if (socket_.connected()) socket_.Send(ToText(event));
  if (format_ == LogFormat::kOff) return;
  Say(format_ == LogFormat::kJson ? ToText(event) : EventAsText(event));
}

void EventLog::Notice(std::string_view text) {
  if (!quiet_) Say("loopdet: " + std::string(text));
}

void EventLog::Warn(std::string_view text) {
  WriteLine("loopdet: " + std::string(text), kPatience);
}

void EventLog::Say(std::string line) {
  reader_sleeps_ = !WriteLine(std::move(line), reader_sleeps_ ? 0 : kPatience);
}

}  // namespace loopdet
