#include "binding/monitor_thread.h"

#include <pthread.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/signals_blocked.h"

namespace loopdet {

namespace {

// What is done each second is done first when a program that only starts and ends is over.
constexpr MonoNanos kFirstSecond = 250'000'000;
// The monitor woke this much later than it asked to: nobody let it run.
constexpr MonoNanos kGap = 15'000'000;
constexpr std::size_t kStackSize = 512 * 1024;

// As libuv reads it, when its pool begins.
int PoolSize() {
  constexpr int kDefault = 4;
  constexpr int kMost = 1024;
  const char* given = std::getenv("UV_THREADPOOL_SIZE");
  return given == nullptr ? kDefault : std::clamp(std::atoi(given), 1, kMost);
}

}  // namespace

Status MonitorThread::Start(int heap_signal) {
  if (uv_loop_init(&loop_) != 0) return Status::Error("cannot make the monitor thread's loop");
  uv_timer_init(&loop_, &timer_);
  uv_async_init(&loop_, &wake_,
                [](uv_async_t* handle) { static_cast<MonitorThread*>(handle->data)->OnWake(); });
  uv_signal_init(&loop_, &signal_);
  timer_.data = wake_.data = signal_.data = alarm_poll_.data = this;
  alarm_ = UniqueFd(epoll_create1(EPOLL_CLOEXEC));
  if (alarm_ && uv_poll_init(&loop_, &alarm_poll_, alarm_.get()) != 0) alarm_.Reset();
  if (alarm_) {
    uv_poll_start(&alarm_poll_, UV_READABLE, [](uv_poll_t* handle, int /*status*/, int /*events*/) {
      static_cast<MonitorThread*>(handle->data)->OnAlarm();
    });
  }
  heap_signal_ = heap_signal;
  if (heap_signal != 0) {
    // libuv gives the signal to every loop that listens: the program's own handlers run too.
    uv_signal_start(
        &signal_,
        [](uv_signal_t* handle, int /*signal*/) {
          auto* self = static_cast<MonitorThread*>(handle->data);
          const std::lock_guard guard(self->lock_);
          for (Watched* watched : self->watched_) watched->OnHeapSignal();
        },
        heap_signal);
  }
  last_second_ = MonotonicNow() - kLongestSleep + kFirstSecond;
  running_ = true;
  const AllSignalsBlocked blocked;
  const uv_thread_options_t options{UV_THREAD_HAS_STACK_SIZE, kStackSize};
  const int error = uv_thread_create_ex(
      &thread_, &options, [](void* self) { static_cast<MonitorThread*>(self)->Run(); }, this);
  if (error == 0) return {};
  running_ = false;
  return Status::Error(std::string("cannot start the monitor thread: ") + uv_strerror(error));
}

void MonitorThread::Run() {
  pthread_setname_np(pthread_self(), "loopdet");
  own_.emplace(static_cast<pid_t>(syscall(SYS_gettid)));
  OnWake();
  uv_run(&loop_, UV_RUN_DEFAULT);
}

void MonitorThread::Stop() {
  {
    const std::lock_guard guard(running_lock_);
    if (!running_) return;
    running_ = false;
    stopping_ = true;
    uv_async_send(&wake_);
  }
  uv_thread_join(&thread_);
  // The loop's own thread is gone: the last steps run here.
  uv_run(&loop_, UV_RUN_NOWAIT);
  uv_loop_close(&loop_);
}

void MonitorThread::OnWake() {
  if (stopping_) {
    uv_close(reinterpret_cast<uv_handle_t*>(&timer_), nullptr);
    uv_close(reinterpret_cast<uv_handle_t*>(&wake_), nullptr);
    uv_close(reinterpret_cast<uv_handle_t*>(&signal_), nullptr);
    if (alarm_) uv_close(reinterpret_cast<uv_handle_t*>(&alarm_poll_), nullptr);
    // A probe that nobody has taken up yet: the pool may be busy for ever.
    if (probing_) uv_cancel(reinterpret_cast<uv_req_t*>(&probe_));
    return;
  }
  const MonoNanos now = MonotonicNow();
  NoteGap(now);
  const MonoNanos next = ScanAll(now);
  ProbePool(now);
  RunTasks();
  // An idle process is not woken for it: the monitor never sleeps for longer.
  if (now - last_second_ >= kLongestSleep - kGap) {
    last_second_ = now;
    every_second_();
  }
  const MonoNanos after = MonotonicNow();
  const MonoNanos sleep = std::clamp<MonoNanos>(next - after, 0, kLongestSleep);
  const auto milliseconds = static_cast<std::uint64_t>((sleep + 999'999) / 1'000'000);
  expected_ = after + static_cast<MonoNanos>(milliseconds) * 1'000'000;
  uv_update_time(&loop_);
  uv_timer_start(
      &timer_, [](uv_timer_t* handle) { static_cast<MonitorThread*>(handle->data)->OnWake(); }, milliseconds,
      0);
}

// Each tells once (EPOLLONESHOT): a loop that does not get a CPU is ready for long.
void MonitorThread::OnAlarm() {
  if (stopping_) return;
  std::array<epoll_event, 8> events{};
  {
    const std::lock_guard guard(lock_);
    while (epoll_wait(alarm_.get(), events.data(), static_cast<int>(events.size()), 0) > 0) ++alarms_;
  }
  OnWake();
}

bool MonitorThread::WakeOn(int backend_fd) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLONESHOT;
  return alarm_ && epoll_ctl(alarm_.get(), EPOLL_CTL_ADD, backend_fd, &event) == 0;
}

void MonitorThread::Forget(int backend_fd) {
  epoll_event unused{};
  if (alarm_) epoll_ctl(alarm_.get(), EPOLL_CTL_DEL, backend_fd, &unused);
}

void MonitorThread::RunTasks() {
  std::vector<std::function<void()>> tasks;
  {
    const std::lock_guard guard(lock_);
    tasks.swap(tasks_);
  }
  for (const auto& task : tasks) task();
}

void MonitorThread::NoteGap(MonoNanos now) {
  const MonoNanos late = expected_ == 0 ? 0 : now - expected_;
  const MonoNanos run_queue = own_->ReadTimes().run_queue;
  const MonoNanos waited = run_queue - own_run_queue_;
  own_run_queue_ = run_queue;
  if (late < kGap || waited * 2 > late) return;
  // It was late, and not because others had the CPU: the whole process stood still.
  const std::lock_guard guard(lock_);
  process_.stopped += late;
}

MonoNanos MonitorThread::ScanAll(MonoNanos now) {
  Deferred deferred;
  MonoNanos next = now + kLongestSleep;
  {
    const std::lock_guard guard(lock_);
    process_.at = now;
    MonoNanos waited = 0;
    for (Watched* watched : watched_) waited += watched->RunQueue(now);
    process_.throttled = throttled_.At(waited);
    for (Watched* watched : watched_) next = std::min(next, watched->Scan(process_, deferred));
  }
  for (const auto& output : deferred) output();
  return next;
}

// From here, and not from the program's loop, which it would wake and keep alive.
void MonitorThread::ProbePool(MonoNanos now) {
  bool wanted = false;
  {
    const std::lock_guard guard(lock_);
    for (const Watched* watched : watched_) wanted = wanted || watched->MayUsePool();
  }
  // Only for requests that last: a probe would start the pool of a program that has none.
  const bool lasts = std::exchange(pool_wanted_, wanted) && wanted;
  if (!lasts || probing_ || !pool_.IsProbeDue(now)) return;
  probe_.data = this;
  const auto work = [](uv_work_t* request) {
    static_cast<MonitorThread*>(request->data)->probe_began_ = MonotonicNow();
  };
  const auto done = [](uv_work_t* request, int status) {
    static_cast<MonitorThread*>(request->data)->OnProbed(status == 0);
  };
  probing_ = uv_queue_work(&loop_, &probe_, work, done) == 0;
  if (probing_) pool_.Queued(now);
}

void MonitorThread::OnProbed(bool ran) {
  probing_ = false;
  if (!ran) return;
  const MonoNanos delay = pool_.Ended(probe_began_);
  if (delay < PoolGauge::kSaturated) return;
  const std::lock_guard guard(lock_);
  // The pool is everybody's; one loop tells of it, if it can one that uses it.
  const auto user =
      std::find_if(watched_.begin(), watched_.end(), [](const Watched* w) { return w->MayUsePool(); });
  if (user != watched_.end()) {
    (*user)->OnPoolDelay(delay);
  } else if (!watched_.empty()) {
    watched_.front()->OnPoolDelay(delay);
  }
}

nlohmann::json MonitorThread::PoolJson(MonoNanos now) const {
  return {{"size", PoolSize()},
          {"queueDelayMs", RoundMs(pool_.DelayAt(now))},
          {"saturatedMs", RoundMs(pool_.SaturatedAt(now))}};
}

void MonitorThread::ScanNow() {
  ScanAll(MonotonicNow());
}

void MonitorThread::Add(Watched* watched) {
  {
    const std::lock_guard guard(lock_);
    watched_.push_back(watched);
  }
  Wake();
}

void MonitorThread::Remove(Watched* watched) {
  const std::lock_guard guard(lock_);
  std::erase(watched_, watched);
}

void MonitorThread::TellOfMemory(const std::string& why) {
  const std::lock_guard guard(lock_);
  for (Watched* watched : watched_) watched->OnMemoryNearLimit(why);
}

void MonitorThread::TellWarning(const nlohmann::json& event) {
  const std::lock_guard guard(lock_);
  for (Watched* watched : watched_) watched->OnWarning(event);
}

void MonitorThread::TellListenerGone() {
  const std::lock_guard guard(lock_);
  for (Watched* watched : watched_) watched->OnListenerGone();
}

void MonitorThread::RunSoon(std::function<void()> task) {
  {
    const std::lock_guard guard(lock_);
    tasks_.push_back(std::move(task));
  }
  Wake();
}

void MonitorThread::Wake() {
  const std::lock_guard guard(running_lock_);
  if (running_) uv_async_send(&wake_);
}

}  // namespace loopdet
