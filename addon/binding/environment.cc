#include "binding/environment.h"

#include <signal.h>

#include <utility>

#include "binding/quiet_call.h"

namespace loopdet {

namespace {

constexpr unsigned kInInterrupt =
    kHeapSnapshot | kStallProfile | kRotateProfileNow | kReport | kListenerGone | kProfileInterval;
constexpr unsigned kAnyWork = kInInterrupt | kRotateProfile | kEvents | kRestWork;

template <typename Handle>
uv_handle_t* AsHandle(Handle* handle) {
  return reinterpret_cast<uv_handle_t*>(handle);
}

}  // namespace

void Environment::Start(Napi::Env env, Instance& instance, const ProcessOptions& process,
                        const EnvironmentOptions& options, Handlers handlers) {
  std::unique_ptr<Environment> made(new Environment(env, instance, process, options, std::move(handlers)));
  if (napi_add_async_cleanup_hook(env, OnCleanup, made.get(), &made->cleanup_) != napi_ok) return;
  // From here on its handles own it.
  instance.environment = made.release();
}

Environment::Environment(Napi::Env env, Instance& instance, const ProcessOptions& process,
                         const EnvironmentOptions& options, Handlers handlers)
    : env_(env),
      instance_(instance),
      handlers_(std::move(handlers)),
      process_(Process::Get(process)),
      thread_id_(options.thread_id) {
  const v8::Functions& v8 = process_->seam.functions();
  if (v8.get_current != nullptr) isolate_ = v8.get_current();
  id_ = process_->Register(isolate_, this);

  const bool profiles = options.profile_window != 0 && process_->seam.Has("cpuProfile");
  if (profiles) {
    constexpr MonoNanos kNew = 1'000'000'000;
    const bool is_new = MonotonicNow() - process_->options.process_began < kNew;
    profiler_.emplace(process_->seam, process_->uncaught_flag, process_->overhead, env, isolate_,
                      options.profile_interval, is_new);
  }

  uv_loop_t* loop = nullptr;
  napi_get_uv_event_loop(env, &loop);
  if (BlackBox* box = process_->recorder.box()) {
    if (auto area = box->ClaimThread(static_cast<std::uint32_t>(thread_id_))) area_.emplace(std::move(*area));
    records_.emplace(*box);
  }
  ThreadArea* area = area_ ? &*area_ : nullptr;
  if (options.io)
    io_ = std::make_unique<IoWatch>(loop, *options.io, area, instance.first_io_slot, process_->overhead);
  watch_ = std::make_unique<LoopWatch>(*process_, env, loop, isolate_, options.thread_id, id_,
                                       profiles ? options.profile_window : 0, io_.get(), area,
                                       [this](unsigned work) { Ask(work); });
  throw_hook_ = std::make_unique<ThrowHook>(*process_, env, isolate_, id_, options.stack_bytes);
  rejection_hook_ = std::make_unique<RejectionHook>(*process_, env, isolate_);
  stack_format_ = std::make_unique<StackFormat>(*process_, env, isolate_);

  if (process_->fatal_signals) signal_thread_.emplace(static_cast<std::uint32_t>(thread_id_));
  WatchHeapLimit(options.tell_of_heap_limit);

  // V8's profiler (ours, or one of the program's) signals this thread at every interval, idle or not. Blocked
  // while the loop waits, the signal costs an idle process nothing, and libuv keeps count of the idle time.
  // The one that is pending comes as the wait ends, and V8 marks it as idle.
  uv_loop_configure(loop, UV_LOOP_BLOCK_SIGNAL, SIGPROF);

  uv_prepare_init(loop, &prepare_);
  uv_check_init(loop, &check_);
  uv_async_init(loop, &async_,
                [](uv_async_t* handle) { static_cast<Environment*>(handle->data)->RunWork(kAnyWork); });
  prepare_.data = check_.data = async_.data = this;
  uv_prepare_start(
      &prepare_, [](uv_prepare_t* handle) { static_cast<Environment*>(handle->data)->watch_->OnPrepare(); });
  uv_check_start(&check_, [](uv_check_t* handle) {
    auto* self = static_cast<Environment*>(handle->data);
    self->watch_->OnCheck();
    if (self->heap_limit_) self->heap_limit_->OnTurn();
    self->rejection_hook_->OnTurn();
  });
  uv_unref(AsHandle(&prepare_));
  uv_unref(AsHandle(&check_));
  uv_unref(AsHandle(&async_));

  process_->monitor.Add(watch_.get());
}

// Nothing has come for a while.
void Environment::Rest() {
  if (rejection_hook_->is_armed()) {
    const LoopWatch::OwnWork own_work(*watch_);
    CallQuietly(env_, handlers_.rested);
  }
  // What Node's start and this have read of Node's own file has been read.
  process_->ReturnReadOnlyPages();
}

bool Environment::Record(RecordType type, std::string_view text) {
  return records_ && records_->Append(type, static_cast<std::uint32_t>(thread_id_), text);
}

void Environment::Exiting() {
  watch_->Finish();
  gone_ = true;
  // The last events go to JavaScript from its own exit handler; what follows is the teardown of Node itself.
  process_->monitor.Remove(watch_.get());
}

// On the monitor thread, under its lock: the environment is registered there, so it is alive.
void Environment::Ask(unsigned work) {
  work_ |= work;
  uv_async_send(&async_);
  // A loop that is blocked does not hear the async; an interrupt does not reach one that is idle. Whoever is
  // first.
  const v8::Functions& v8 = process_->seam.functions();
  if ((work & kInInterrupt) != 0 && v8.request_interrupt != nullptr && isolate_ != nullptr) {
    v8.request_interrupt(isolate_, OnWorkInterrupt, reinterpret_cast<void*>(id_));
  }
}

void Environment::WatchHeapLimit(bool tell) {
  if (isolate_ == nullptr || !HeapLimit::IsPossible(process_->seam.functions())) return;
  std::function<void(const nlohmann::json&)> write;
  if (tell) write = [this](const nlohmann::json& event) { process_->Emit(event); };
  heap_limit_.emplace(process_->seam, env_, isolate_, thread_id_,
                      HeapLimit::Handlers{[this] {
                                            process_->seam.functions().request_interrupt(
                                                isolate_, OnHeapLimitInterrupt, reinterpret_cast<void*>(id_));
                                          },
                                          std::move(write),
                                          [this] {
                                            if (gone_ || handlers_.out_of_memory.IsEmpty()) return;
                                            const LoopWatch::OwnWork own_work(*watch_);
                                            const Napi::HandleScope scope(env_);
                                            CallQuietly(env_, handlers_.out_of_memory);
                                          }});
}

void Environment::OnHeapLimitInterrupt(v8::Isolate* /*isolate*/, void* id) {
  Environment* self = Process::Find(reinterpret_cast<std::uintptr_t>(id));
  if (self != nullptr && self->heap_limit_) {
    self->heap_limit_->OnInterrupt(!self->throw_hook_->room().IsNearlyUsedUp());
  }
}

void Environment::OnWorkInterrupt(v8::Isolate* /*isolate*/, void* id) {
  Environment* self = Process::Find(reinterpret_cast<std::uintptr_t>(id));
  if (self == nullptr || self->throw_hook_->room().IsNearlyUsedUp()) return;
  // One native call may have put off both. As a profile begins V8 (Node 24, 26) serves the other interrupt
  // inside this one, where it would see work of ours.
  self->watch_->OnInterrupt();
  unsigned allowed = kInInterrupt;
  // Then all of ours is put back, as if the program had called stop() there.
  if ((self->work_ & kListenerGone) != 0 && !self->watch_->RunsProgram()) allowed &= ~kListenerGone;
  self->RunWork(allowed);
}

void Environment::RunWork(unsigned allowed) {
  if (in_work_ || gone_) return;
  in_work_ = true;
  const unsigned work = work_.fetch_and(~allowed) & allowed;
  const Napi::HandleScope scope(env_);
  if ((work & (kRotateProfile | kRotateProfileNow)) != 0 && profiler_) {
    const LoopWatch::OwnWork own_work(*watch_);
    profiler_->Rotate();
  }
  if ((work & kProfileInterval) != 0 && profiler_) {
    const LoopWatch::OwnWork own_work(*watch_);
    profiler_->ApplyInterval();
  }
  if ((work & kRestWork) != 0) Rest();
  const std::pair<unsigned, Napi::FunctionReference*> steps[] = {
      {kHeapSnapshot, &handlers_.heap_snapshot},
      {kStallProfile, &handlers_.stall_profile},
      {kReport, &handlers_.report},
      {kEvents, &handlers_.events},
      {kListenerGone, &handlers_.listener_gone},
  };
  for (const auto& [bit, handler] : steps) {
    if (stopped_ || (work & bit) == 0 || handler->IsEmpty()) continue;
    // Events reach the program's subscribers, as from any callback of the loop. The rest runs no code of the
    // program's and may run in the middle of it, where no tick may be processed.
    if (bit == kEvents) {
      MakeCallback(env_, *handler);
    } else if (bit == kListenerGone) {
      watch_->ListenerGoneHeard();
      // The watch may be gone afterwards.
      CallQuietly(env_, *handler);
    } else {
      const LoopWatch::OwnWork own_work(*watch_);
      CallQuietly(env_, *handler);
    }
  }
  in_work_ = false;
}

void Environment::OnCleanup(napi_async_cleanup_hook_handle /*handle*/, void* self) {
  static_cast<Environment*>(self)->Stop();
}

void Environment::Stop() {
  if (std::exchange(stopped_, true)) return;
  gone_ = true;
  instance_.environment = nullptr;
  // In this order: the monitor lets go of the loop and interrupts find nothing, the hooks of V8 are what they
  // were, the watch goes before the process it uses, and what writes to the black box before its place there.
  process_->monitor.Remove(watch_.get());
  process_->Unregister(id_);
  rejection_hook_.reset();
  stack_format_.reset();
  throw_hook_.reset();
  heap_limit_.reset();
  profiler_.reset();
  signal_thread_.reset();
  handlers_ = {};
  files_.clear();
  watch_.reset();
  if (io_) instance_.first_io_slot = io_->table().FirstOfNext();
  io_.reset();
  records_.reset();
  area_.reset();
  // The last environment ends the monitor thread and the black box.
  process_.reset();
  uv_close(AsHandle(&prepare_), OnClosed);
  uv_close(AsHandle(&check_), OnClosed);
  uv_close(AsHandle(&async_), OnClosed);
}

void Environment::OnClosed(uv_handle_t* handle) {
  auto* self = static_cast<Environment*>(handle->data);
  if (--self->open_handles_ != 0) return;
  napi_async_cleanup_hook_handle cleanup = self->cleanup_;
  const std::unique_ptr<Environment> last(self);
  napi_remove_async_cleanup_hook(cleanup);
}

}  // namespace loopdet
