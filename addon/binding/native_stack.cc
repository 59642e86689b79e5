#include "binding/native_stack.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <link.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <unwind.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "core/base/clock.h"
#include "core/host/memory_map.h"

namespace loopdet {

namespace {

constexpr std::size_t kMaxFrames = 32;

struct CodeRange {
  std::uintptr_t start = 0;
  std::size_t length = 0;

  [[nodiscard]] bool Holds(std::uintptr_t address) const { return address - start < length; }
};

// What the signal handler fills. A handler has no argument but this, and it may run late, after the asker has
// given up: so the request is static, and is asked anew only when the handler has let go of it.
struct Request {
  enum State : int { kFree, kAsked, kFilled };
  std::atomic<int> state{kFree};
  std::size_t count = 0;
  std::array<std::uintptr_t, kMaxFrames> addresses{};
  std::uintptr_t interrupted = 0;  // where in V8's code the thread was; 0: elsewhere
  CodeRange built_in;              // frames from here on are JavaScript's
  CodeRange compiled;
};
Request request;

_Unwind_Reason_Code AddFrame(_Unwind_Context* context, void* /*argument*/) {
  int before_instruction = 0;
  const std::uintptr_t address = _Unwind_GetIPInfo(context, &before_instruction);
  // Stop before unwinding through V8's built-ins and compiled code, whose frames have no or wrong unwind
  // tables.
  if (request.built_in.Holds(address) || request.compiled.Holds(address)) {
    // Only where a signal came is it no return address.
    if (before_instruction != 0) request.interrupted = address;
    return _URC_END_OF_STACK;
  }
  if (request.count == kMaxFrames) return _URC_END_OF_STACK;
  // A return address may already be the next function's first byte.
  request.addresses[request.count++] = before_instruction != 0 ? address : address - 1;
  return _URC_NO_REASON;
}

void OnSignal(int /*signal*/) {
  if (request.state.load(std::memory_order_acquire) != Request::kAsked) return;
  const int saved_errno = errno;
  request.count = 0;
  request.interrupted = 0;
  _Unwind_Backtrace(AddFrame, nullptr);
  request.state.store(Request::kFilled, std::memory_order_release);
  errno = saved_errno;
}

int StackSignal() {
  return SIGRTMAX - 3;
}

bool installed = false;

// At the first need, and only over the default action. On the monitor thread.
bool InstallHandler() {
  if (installed) return true;
  struct sigaction existing {};
  if (sigaction(StackSignal(), nullptr, &existing) != 0 || existing.sa_handler != SIG_DFL) return false;
  // The first unwinding loads what it needs: here, not in the handler.
  request.count = kMaxFrames;
  _Unwind_Backtrace(AddFrame, nullptr);
  struct sigaction action {};
  action.sa_handler = OnSignal;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  sigfillset(&action.sa_mask);
  installed = sigaction(StackSignal(), &action, nullptr) == 0;
  return installed;
}

// The function's name without its parameters; empty if the address is not within an exported function.
std::string NameOf(std::uintptr_t address) {
  Dl_info info{};
  void* entry = nullptr;
  if (dladdr1(reinterpret_cast<void*>(address), &info, &entry, RTLD_DL_SYMENT) == 0 ||
      info.dli_sname == nullptr || entry == nullptr) {
    return {};
  }
  const auto* symbol = static_cast<const ElfW(Sym)*>(entry);
  // dladdr gives the nearest exported name below, which may be another function than the one that runs.
  const auto start = reinterpret_cast<std::uintptr_t>(info.dli_saddr);
  if (symbol->st_size != 0 && address >= start + symbol->st_size) return {};
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> plain(
      abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, &status), std::free);
  std::string name = status == 0 ? plain.get() : info.dli_sname;
  if (const std::size_t parameters = name.find('('); parameters != std::string::npos && parameters != 0) {
    name.resize(parameters);
  }
  return name;
}

}  // namespace

const std::string& FunctionNames::Of(std::uintptr_t address) {
  constexpr std::size_t kMost = 5000;
  if (known_.size() >= kMost) known_.clear();
  const auto [known, is_new] = known_.try_emplace(address);
  if (is_new) known->second = NameOf(address);
  return known->second;
}

void RemoveStackHandler() {
  if (!installed || request.state.load(std::memory_order_acquire) == Request::kAsked) return;
  struct sigaction existing {};
  if (sigaction(StackSignal(), nullptr, &existing) != 0 || existing.sa_handler != OnSignal) return;
  struct sigaction before {};
  before.sa_handler = SIG_DFL;
  installed = sigaction(StackSignal(), &before, nullptr) != 0;
}

OutsideView NativeStackOf(pid_t tid, const v8::Functions& functions, v8::Isolate* isolate,
                          FunctionNames& function_names) {
  OutsideView seen;
  // Without the range of V8's code the unwinder could walk into it.
  if (functions.embedded_code_range == nullptr || functions.code_range == nullptr) return seen;
  if (!InstallHandler()) return seen;
  if (request.state.load(std::memory_order_acquire) == Request::kAsked) return seen;

  const void* built_in = nullptr;
  functions.embedded_code_range(isolate, &built_in, &request.built_in.length);
  request.built_in.start = reinterpret_cast<std::uintptr_t>(built_in);
  void* compiled = nullptr;
  functions.code_range(isolate, &compiled, &request.compiled.length);
  request.compiled.start = reinterpret_cast<std::uintptr_t>(compiled);
  request.state.store(Request::kAsked, std::memory_order_release);
  if (syscall(SYS_tgkill, getpid(), tid, StackSignal()) != 0) {
    request.state.store(Request::kFree, std::memory_order_release);
    return seen;
  }
  const MonoNanos give_up = MonotonicNow() + FromMs(3);
  while (request.state.load(std::memory_order_acquire) != Request::kFilled) {
    if (MonotonicNow() > give_up) return seen;
    usleep(50);
  }
  for (std::size_t i = 0; i < request.count; ++i) {
    const std::string& name = function_names.Of(request.addresses[i]);
    // The handler's own frame and the kernel's trampoline have no exported name. V8's sampler may have
    // interrupted the thread just before us.
    const bool is_known = !seen.native.empty() && seen.native.back() == name;
    if (name.empty() || name.starts_with("v8::sampler::") || is_known) continue;
    seen.native.push_back(name);
  }
  // V8 has mapped its built-ins a second time, in the range of what it compiles.
  seen.in_compiled_code =
      request.compiled.Holds(request.interrupted) && !IsMappedFromFile(request.interrupted);
  request.state.store(Request::kFree, std::memory_order_release);
  return seen;
}

}  // namespace loopdet
