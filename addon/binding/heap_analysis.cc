#include "binding/heap_analysis.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "core/events/event_log.h"
#include "core/heap/heap_queries.h"

namespace loopdet {

namespace {

using nlohmann::json;

// A snapshot that is open. One question at a time: some answers are kept for the next.
struct OpenHeap {
  heap::Progress progress;  // while it is read
  std::mutex lock;
  std::unique_ptr<heap::HeapGraph> graph;
};

// Of the process: a number is good in every thread.
struct OpenHeaps {
  std::mutex lock;
  std::map<std::uint32_t, std::shared_ptr<OpenHeap>> by_number;
  std::uint32_t last = 0;
};

OpenHeaps& Heaps() {
  static OpenHeaps heaps;
  return heaps;
}

std::shared_ptr<OpenHeap> FindHeap(const Napi::Value& number) {
  std::uint32_t wanted = 0;
  napi_get_value_uint32(number.Env(), number, &wanted);
  OpenHeaps& heaps = Heaps();
  const std::lock_guard guard(heaps.lock);
  const auto found = heaps.by_number.find(wanted);
  return found == heaps.by_number.end() ? nullptr : found->second;
}

// Runs `work` on libuv's pool; its error rejects, its text resolves. node-addon-api frees a worker when it is
// done.
class Answer : public Napi::AsyncWorker {
 public:
  using Work = std::function<Status(std::string& text)>;
  static Napi::Value Queue(Napi::Env env, Work work) {
    auto made = std::unique_ptr<Answer>(new Answer(env, std::move(work)));
    const Napi::Promise promise = made->deferred_.Promise();
    made.release()->Napi::AsyncWorker::Queue();
    return promise;
  }
  void Execute() override {
    const Status done = work_(text_);
    if (!done.ok()) SetError(done.message());
  }
  void OnOK() override {
    const Napi::HandleScope scope(Env());
    deferred_.Resolve(Napi::String::New(Env(), text_));
  }
  void OnError(const Napi::Error& error) override { deferred_.Reject(error.Value()); }

 private:
  Answer(Napi::Env env, Work work)
      : Napi::AsyncWorker(env), deferred_(Napi::Promise::Deferred::New(env)), work_(std::move(work)) {}
  Napi::Promise::Deferred deferred_;
  Work work_;
  std::string text_;
};

Status TextOf(const json& answer, std::string& text) {
  if (const auto error = answer.find("error"); error != answer.end() && error->is_string())
    return Status::Error(error->get<std::string>());
  text = ToText(answer);
  return {};
}

std::string TextArgument(const Napi::CallbackInfo& info, std::size_t at) {
  return info[at].IsString() ? info[at].As<Napi::String>().Utf8Value() : std::string();
}

const char* const kNotOpen = "that snapshot is not open";

}  // namespace

Napi::Value HeapBegin(const Napi::CallbackInfo& info) {
  OpenHeaps& heaps = Heaps();
  const std::lock_guard guard(heaps.lock);
  heaps.by_number.emplace(++heaps.last, std::make_shared<OpenHeap>());
  return Napi::Number::New(info.Env(), heaps.last);
}

Napi::Value HeapOpen(const Napi::CallbackInfo& info) {
  return Answer::Queue(info.Env(),
                       [opened = FindHeap(info[0]), path = TextArgument(info, 1)](std::string& /*text*/) {
                         if (!opened) return Status::Error(kNotOpen);
                         const std::lock_guard guard(opened->lock);
                         Status status;
                         opened->graph = heap::HeapGraph::Open(path, opened->progress, status);
                         return status;
                       });
}

Napi::Value HeapProgress(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  const std::shared_ptr<OpenHeap> opened = FindHeap(info[0]);
  if (!opened) return env.Undefined();
  const heap::Progress& progress = opened->progress;
  const auto set = [](Napi::Object object, const char* name, double value) { object.Set(name, value); };
  const Napi::Object answer = Napi::Object::New(env);
  set(answer, "nodes", static_cast<double>(progress.nodes));
  set(answer, "edges", static_cast<double>(progress.edges));
  set(answer, "selfBytes", static_cast<double>(progress.self_bytes));
  set(answer, "done", progress.per_mille / 1000.0);
  return answer;
}

Napi::Value HeapAsk(const Napi::CallbackInfo& info) {
  return Answer::Queue(info.Env(), [opened = FindHeap(info[0]), what = TextArgument(info, 1),
                                    options = TextArgument(info, 2)](std::string& text) {
    if (!opened) return Status::Error(kNotOpen);
    const std::lock_guard guard(opened->lock);
    if (!opened->graph) return Status::Error(kNotOpen);
    return TextOf(heap::Ask(*opened->graph, what, json::parse(options, nullptr, false)), text);
  });
}

Napi::Value HeapCompare(const Napi::CallbackInfo& info) {
  const bool has_third = info[2].IsNumber();
  return Answer::Queue(info.Env(),
                       [before = FindHeap(info[0]), after = FindHeap(info[1]),
                        third = has_third ? FindHeap(info[2]) : nullptr, has_third](std::string& text) {
                         if (!before || !after || (has_third && !third)) return Status::Error(kNotOpen);
                         return TextOf(third ? heap::FindKept(*before->graph, *after->graph, *third->graph)
                                             : heap::Compare(*before->graph, *after->graph),
                                       text);
                       });
}

Napi::Value HeapClose(const Napi::CallbackInfo& info) {
  std::uint32_t number = 0;
  napi_get_value_uint32(info.Env(), info[0], &number);
  OpenHeaps& heaps = Heaps();
  const std::lock_guard guard(heaps.lock);
  heaps.by_number.erase(number);
  return info.Env().Undefined();
}

}  // namespace loopdet
