#include "binding/fatal_signals.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/signals_blocked.h"
#include "core/fatal/signal_text.h"
#include "core/fatal/stack_walk.h"

namespace loopdet {

namespace {

constexpr std::size_t kMaxFrames = 32;

// A handler has no argument of ours: what it needs is static. All of it is harmless when the process exits
// while other threads still run.
std::atomic<FatalSignals*> active{nullptr};
// Handlers that may use `active`.
std::atomic<int> inside{0};
// What was there before, by signal; written before the handler is installed. It outlives FatalSignals: a
// handler may come late.
std::array<struct sigaction, NSIG> previous{};

// The program's threads: the kernel's number in the upper half, its number among them in the lower. 0: free.
std::array<std::atomic<std::uint64_t>, 64> threads{};

pid_t OwnTid() {
  return static_cast<pid_t>(syscall(SYS_gettid));
}

std::uint32_t ThreadIdOf(pid_t tid) {
  for (const auto& thread : threads) {
    const std::uint64_t word = thread.load(std::memory_order_relaxed);
    if (word >> 32U == static_cast<std::uint64_t>(tid)) return static_cast<std::uint32_t>(word);
  }
  return 0;
}

// What a fault of the program's own makes. Anything else is a word from outside.
bool IsFault(int number) {
  constexpr std::array kFaults{SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGSYS, SIGTRAP};
  return std::find(kFaults.begin(), kFaults.end(), number) != kFaults.end();
}

bool IsDefault(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_DFL;
}

bool IsIgnored(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) == 0 && action.sa_handler == SIG_IGN;
}

// The module that was loaded since the table was made, and crashes at once. One is enough. glibc 2.35 and
// newer can be asked for it at any moment; dladdr takes the loader's lock.
class Latecomer {
 public:
  // Where that is possible. Outside of handlers.
  static void Prepare();

  [[nodiscard]] ModuleTable::Found Find(std::uintptr_t address) {
    if (text_.text().empty()) Look(address);
    if (address < start_ || address >= end_) return {};
    return {text_.text(), address - base_};
  }

 private:
  void Look(std::uintptr_t address);

  std::array<char, 300> path_;
  SignalText text_{path_};
  std::uintptr_t start_ = 0;
  std::uintptr_t end_ = 0;
  std::uintptr_t base_ = 0;
};

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 35)

int (*find_object)(void*, dl_find_object*) = nullptr;

void Latecomer::Prepare() {
  find_object = reinterpret_cast<int (*)(void*, dl_find_object*)>(dlsym(RTLD_DEFAULT, "_dl_find_object"));
}

void Latecomer::Look(std::uintptr_t address) {
  dl_find_object found{};
  if (find_object == nullptr || find_object(reinterpret_cast<void*>(address), &found) != 0) return;
  text_.AppendString(found.dlfo_link_map->l_name);
  if (text_.full()) text_.Back(0);
  if (text_.text().empty()) return;
  start_ = reinterpret_cast<std::uintptr_t>(found.dlfo_map_start);
  end_ = reinterpret_cast<std::uintptr_t>(found.dlfo_map_end);
  base_ = found.dlfo_link_map->l_addr;
}

#else

void Latecomer::Prepare() {}
void Latecomer::Look(std::uintptr_t /*address*/) {}

#endif

#if defined(__x86_64__)

constexpr struct {
  const char* name;
  int index;
} kRegisters[] = {{"rip", REG_RIP}, {"rsp", REG_RSP}, {"rbp", REG_RBP},   {"rax", REG_RAX}, {"rbx", REG_RBX},
                  {"rcx", REG_RCX}, {"rdx", REG_RDX}, {"rsi", REG_RSI},   {"rdi", REG_RDI}, {"r8", REG_R8},
                  {"r9", REG_R9},   {"r10", REG_R10}, {"r11", REG_R11},   {"r12", REG_R12}, {"r13", REG_R13},
                  {"r14", REG_R14}, {"r15", REG_R15}, {"rflags", REG_EFL}};
using Registers = std::array<SignalRegister, std::size(kRegisters)>;

WalkStart ReadRegisters(const mcontext_t& machine, Registers& registers) {
  for (std::size_t i = 0; i < registers.size(); ++i) {
    registers[i] = {kRegisters[i].name, static_cast<std::uint64_t>(machine.gregs[kRegisters[i].index])};
  }
  return {registers[0].value, registers[1].value, registers[2].value, 0};
}

#elif defined(__aarch64__)

constexpr const char* kRegisters[] = {"x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",  "x7",
                                      "x8",  "x9",  "x10", "x11", "x12", "x13", "x14", "x15",
                                      "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23",
                                      "x24", "x25", "x26", "x27", "x28", "x29", "x30"};
using Registers = std::array<SignalRegister, std::size(kRegisters) + 3>;

WalkStart ReadRegisters(const mcontext_t& machine, Registers& registers) {
  registers[0] = {"pc", machine.pc};
  registers[1] = {"sp", machine.sp};
  registers[2] = {"pstate", machine.pstate};
  for (std::size_t i = 0; i < std::size(kRegisters); ++i) registers[i + 3] = {kRegisters[i], machine.regs[i]};
  return {machine.pc, machine.sp, machine.regs[29], machine.regs[30]};
}

#else
#error "registers of this processor are not known"
#endif

// The default action, for this very signal: it comes again, with all that is known of it, as the handler
// returns, and a core file shows the thread where it was.
void DieByDefault(int number, siginfo_t* info) {
  struct sigaction by_default {};
  by_default.sa_handler = SIG_DFL;
  sigaction(number, &by_default, nullptr);
  const pid_t tid = OwnTid();
  if (syscall(SYS_rt_tgsigqueueinfo, getpid(), tid, number, info) != 0) {
    syscall(SYS_tgkill, getpid(), tid, number);
  }
}

// What would have been called without us, in the way in which the kernel calls it. False: it was the default
// action, and the process is about to end.
bool CallPrevious(int number, siginfo_t* info, void* context) {
  const struct sigaction& before = previous[static_cast<std::size_t>(number)];
  if (IsIgnored(before)) return true;
  if (IsDefault(before)) {
    DieByDefault(number, info);
    return false;
  }
  const bool once = (before.sa_flags & static_cast<int>(SA_RESETHAND)) != 0;
  if (once) {
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;
    sigaction(number, &by_default, nullptr);
  }
  if ((before.sa_flags & SA_SIGINFO) != 0) {
    before.sa_sigaction(number, info, context);
  } else {
    before.sa_handler(number);
  }
  struct sigaction now {};
  // A handler that has put the default back (Node's, which then raises the signal anew) means it to end.
  return sigaction(number, nullptr, &now) != 0 || !IsDefault(now);
}

}  // namespace

class FatalSignals::Turn {
 public:
  // Every signal is blocked on this thread: so whoever has the turn is another one, which goes on. If it does
  // not within 200 ms (the machine is starved), there is no record.
  explicit Turn(std::atomic<bool>& busy) : busy_(busy) {
    for (int tries = 0; tries < 200 && !mine_; ++tries) {
      mine_ = !busy_.exchange(true, std::memory_order_acquire);
      const timespec moment{0, 1'000'000};
      if (!mine_) nanosleep(&moment, nullptr);
    }
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (mine_) busy_.store(false, std::memory_order_release);
  }
  explicit operator bool() const { return mine_; }

 private:
  std::atomic<bool>& busy_;
  bool mine_ = false;
};

FatalSignals::FatalSignals(BlackBox& box, HandlesTrap handles_trap, std::span<const int> signals)
    : box_(box),
      writer_(box),
      handles_trap_(handles_trap),
      is_init_(getpid() == 1),
      text_size_(std::min(kMaxText, box.layout().MaxPayload())) {
  Latecomer::Prepare();
  RefreshModules();
  active.store(this, std::memory_order_release);
  for (const int number : signals) {
    struct sigaction before {};
    if (sigaction(number, nullptr, &before) != 0 || !Takes(number, before)) continue;
    previous[static_cast<std::size_t>(number)] = before;
    struct sigaction ours {};
    ours.sa_sigaction = OnSignal;
    // Our own stack for a stack overflow; a system call that is interrupted goes on as it would have.
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK | (before.sa_flags & SA_RESTART);
    // A fault within the handler is then the default action: the kernel does not deliver what is blocked.
    sigfillset(&ours.sa_mask);
    sigaction(number, &ours, nullptr);
  }
}

FatalSignals::~FatalSignals() {
  for (std::size_t number = 1; number < previous.size(); ++number) {
    struct sigaction now {};
    if (sigaction(static_cast<int>(number), nullptr, &now) != 0) continue;
    if ((now.sa_flags & SA_SIGINFO) == 0 || now.sa_sigaction != OnSignal) continue;
    sigaction(static_cast<int>(number), &previous[number], nullptr);
  }
  active.store(nullptr);
  // Another thread's handler may still write; it never waits for this thread.
  while (inside.load() != 0) sched_yield();
}

bool FatalSignals::Takes(int number, const struct sigaction& before) const {
  if (IsIgnored(before)) return false;
  if (IsFault(number)) return number != SIGSEGV || IsDefault(before) || handles_trap_ != nullptr;
  // The kernel spares process 1 what has no handler: it would get one by us.
  if (is_init_) return false;
  // Node's own handler restores the terminal and raises the signal anew. One that the program has set may do
  // anything.
  return IsDefault(before) || (before.sa_flags & static_cast<int>(SA_RESETHAND)) != 0;
}

bool FatalSignals::MayEndProcess(int number, const siginfo_t& info) const {
  // Process 1 lives on after a signal that another process has sent, whatever it is. abort() ends it all the
  // same.
  return !is_init_ || info.si_code > 0 || number == SIGABRT;
}

void FatalSignals::RefreshModules() {
  const std::uint64_t changes = ModuleTable::Changes();
  // Made before the turn, freed after it: neither may take long while a handler waits.
  std::unique_ptr<const ModuleTable> modules;
  if (changes != module_changes_ || !modules_)
    modules = std::make_unique<const ModuleTable>(ModuleTable::Read());
  const AllSignalsBlocked blocked;
  const Turn turn(busy_);
  if (!turn) return;
  module_changes_ = changes;
  if (modules) std::swap(modules_, modules);
  if (!reserved_) reserved_ = writer_.Reserve(text_size_);
}

void FatalSignals::OnSignal(int number, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  inside.fetch_add(1);
  FatalSignals* self = active.load();
  if (self != nullptr && number == SIGSEGV && self->handles_trap_ != nullptr &&
      self->handles_trap_(number, info, context)) {
    // WebAssembly goes on with its exception.
    inside.fetch_sub(1);
    errno = saved_errno;
    return;
  }
  const bool records = self != nullptr && self->MayEndProcess(number, *info);
  if (records) self->Record(number, *info, context);
  inside.fetch_sub(1);

  errno = saved_errno;
  if (CallPrevious(number, info, context) && records) {
    // Somebody knew what to do.
    inside.fetch_add(1);
    if (FatalSignals* still = active.load()) still->box_.SetState(BoxState::kRunning, 0);
    inside.fetch_sub(1);
  }
  errno = saved_errno;
}

void FatalSignals::Record(int number, const siginfo_t& info, const void* context) {
  // First: it is a single store.
  box_.SetState(BoxState::kSignalled, static_cast<std::uint32_t>(number));
  const Turn turn(busy_);
  if (!turn || !reserved_) return;
  reserved_ = false;

  Registers registers;
  const WalkStart start = ReadRegisters(static_cast<const ucontext_t*>(context)->uc_mcontext, registers);
  std::array<std::uintptr_t, kMaxFrames> addresses;
  const std::size_t count = WalkStack(start, OwnMemory(), addresses);

  std::array<NativeFrame, kMaxFrames> frames;
  Latecomer latecomer;
  for (std::size_t i = 0; i < count; ++i) {
    ModuleTable::Found found = modules_->Find(addresses[i]);
    if (found.module.empty()) found = latecomer.Find(addresses[i]);
    frames[i] = {addresses[i], found.module, found.offset};
  }

  std::array<char, 17> name{};
  prctl(PR_GET_NAME, name.data());
  const pid_t tid = OwnTid();
  FatalSignal signal;
  signal.number = number;
  signal.code = info.si_code;
  signal.is_sent = info.si_code <= 0;
  if (signal.is_sent) {
    signal.sender = info.si_pid;
  } else {
    signal.address = reinterpret_cast<std::uintptr_t>(info.si_addr);
  }
  signal.thread_name = name.data();
  signal.tid = tid;
  signal.registers = registers;
  signal.native = std::span(frames).first(count);
  writer_.Append(RecordType::kFatal, ThreadIdOf(tid),
                 FormatFatal(signal, std::span(text_).first(text_size_)));
}

SignalThread::SignalThread(std::uint32_t thread_id) : place_(threads.size()) {
  const std::uint64_t word = static_cast<std::uint64_t>(OwnTid()) << 32U | thread_id;
  for (std::size_t place = 0; place < threads.size() && place_ == threads.size(); ++place) {
    std::uint64_t free = 0;
    if (threads[place].compare_exchange_strong(free, word)) place_ = place;
  }
  stack_t before{};
  if (sigaltstack(nullptr, &before) != 0 || (before.ss_flags & SS_DISABLE) == 0) return;
  // Its pages cost nothing until a handler runs. Larger than the registers of any processor.
  constexpr std::size_t kBytes = std::size_t{128} << 10;
  Mapping stack(
      mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
      kBytes);
  if (!stack) return;
  // An overflow of it is a fault, not damage.
  mprotect(stack.bytes().data(), static_cast<std::size_t>(sysconf(_SC_PAGESIZE)), PROT_NONE);
  stack_t own{};
  own.ss_sp = stack.bytes().data();
  own.ss_size = stack.bytes().size();
  if (sigaltstack(&own, nullptr) == 0) stack_ = std::move(stack);
}

SignalThread::~SignalThread() {
  if (place_ < threads.size()) threads[place_].store(0);
  if (!stack_) return;
  stack_t now{};
  if (sigaltstack(nullptr, &now) == 0 && now.ss_sp == stack_.bytes().data()) {
    stack_t none{};
    none.ss_flags = SS_DISABLE;
    sigaltstack(&none, nullptr);
  }
}

}  // namespace loopdet
