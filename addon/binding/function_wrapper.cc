#include "binding/function_wrapper.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "binding/io_watch.h"
#include "binding/js_stack.h"
#include "binding/local.h"

namespace loopdet {

namespace {

// One call of a trap: (target, receiver, list of arguments), with the Proxy's handler as `this`.
class Call {
 public:
  Call(napi_env env, napi_callback_info info) : env_(env) {
    napi_value given[3] = {};
    std::size_t count = 3;
    void* data = nullptr;
    napi_get_cb_info(env, info, &count, given, &handler_, &data);
    wrapper_ = static_cast<FunctionWrapper*>(data);
    target_ = given[0];
    self_ = given[1];
    std::uint32_t length = 0;
    napi_get_array_length(env, given[2], &length);
    count_ = length;
    // Two in front, for MakeCallbackTrap.
    arguments_ = few_.data() + 2;
    if (count_ + 2 > few_.size()) {
      many_.resize(count_ + 2);
      arguments_ = many_.data() + 2;
    }
    for (std::uint32_t i = 0; i < length && readable_; ++i) {
      readable_ = napi_get_element(env, given[2], i, arguments_ + i) == napi_ok;
    }
  }

  napi_value RunCallback() {
    if (!readable_) return nullptr;
    if (IsLive()) {
      arguments_[-2] = self_;
      arguments_[-1] = target_;
      if (Invoke(wrapper_->enter.Value(), handler_, count_ + 2, arguments_ - 2) == nullptr) return nullptr;
    }
    return Original();
  }

  // The result, or nullptr with an exception pending, which V8 passes on to our caller.
  napi_value Run() {
    if (!readable_) return nullptr;
    if (!IsLive()) return Original();
    if (!wrapper_->is_fs) return Measured();
    if (io().inside_fs > 0) return Original();
    ++io().inside_fs;
    napi_value result = Measured();
    if (IsLive()) --io().inside_fs;
    return result;
  }

 private:
  // The program's code may have ended or stopped the environment, whenever it has run.
  [[nodiscard]] bool IsLive() const {
    return wrapper_->environment != nullptr && wrapper_->environment->alive();
  }

  napi_value Measured() {
    switch (wrapper_->style) {
      case WrapStyle::kCall:
        return Ours(wrapper_->enter, count_, arguments_) == nullptr ? nullptr : Original();
      case WrapStyle::kCallback:
        return WithCallback();
      case WrapStyle::kPromise:
        return WithPromise();
      case WrapStyle::kResult:
        return WithResult();
      case WrapStyle::kSync:
        return Blocking();
    }
    return Original();
  }

  // V8's own call, and not Node-API's: that would catch an exception to throw it again, and V8's prediction
  // (who will catch this?), its message and the line it shows would be another's.
  napi_value Invoke(napi_value function, napi_value self, std::size_t count, napi_value* arguments) {
    const v8::Functions& v8 = *wrapper_->functions;
    return ValueOf(v8.call(LocalOf<v8::Value>(function), v8.current_context(v8.get_current()),
                           LocalOf<v8::Value>(self), static_cast<int>(count),
                           reinterpret_cast<v8::Local<v8::Value>*>(arguments)));
  }
  napi_value Original() { return Invoke(target_, self_, count_, arguments_); }
  // nullptr: the stack is used up, or the worker is being terminated. Nothing more may be called then.
  napi_value Ours(const Napi::FunctionReference& function, std::size_t count, napi_value* arguments) {
    return Invoke(function.Value(), self_, count, arguments);
  }
  [[nodiscard]] bool IsFunction(napi_value value) const {
    napi_valuetype type = napi_undefined;
    return value != nullptr && napi_typeof(env_, value, &type) == napi_ok && type == napi_function;
  }
  IoWatch& io() { return *wrapper_->environment->io(); }
  std::atomic<IoTable::Token>& LastBegun() { return io().table().state()->last_begun; }
  IoTable::Token TakeBegun() { return IsLive() ? LastBegun().exchange(0, std::memory_order_relaxed) : 0; }
  void End(IoTable::Token token) {
    if (IsLive()) io().table().End(token, MonotonicNow());
  }
  // The original threw at once: what was begun is over, and no JavaScript may run now.
  napi_value Threw(IoTable::Token token) {
    End(token);
    return nullptr;
  }

  napi_value WithCallback() {
    if (count_ == 0 || !IsFunction(arguments_[count_ - 1])) return Original();
    LastBegun().store(0, std::memory_order_relaxed);
    napi_value replaced = Ours(wrapper_->enter, count_, arguments_);
    const IoTable::Token token = TakeBegun();
    if (replaced == nullptr) return Threw(token);
    if (IsFunction(replaced)) arguments_[count_ - 1] = replaced;
    napi_value result = Original();
    return result == nullptr ? Threw(token) : result;
  }

  napi_value WithPromise() {
    LastBegun().store(0, std::memory_order_relaxed);
    napi_value operation = Ours(wrapper_->enter, count_, arguments_);
    const IoTable::Token token = TakeBegun();
    if (operation == nullptr) return Threw(token);
    napi_value result = Original();
    if (result == nullptr) return Threw(token);
    bool is_promise = false;
    if (token == 0 || napi_is_promise(env_, result, &is_promise) != napi_ok) return result;
    if (!is_promise) End(token);
    if (!is_promise || !IsLive()) return result;
    napi_value pair[] = {operation, result};
    return Ours(wrapper_->leave, 2, pair);
  }

  napi_value WithResult() {
    LastBegun().store(0, std::memory_order_relaxed);
    napi_value entered = Ours(wrapper_->enter, count_, arguments_);
    const IoTable::Token token = TakeBegun();
    if (entered == nullptr) return Threw(token);
    napi_value result = Original();
    if (result == nullptr) return Threw(token);
    napi_valuetype type = napi_undefined;
    if (napi_typeof(env_, entered, &type) != napi_ok || type == napi_undefined || !IsLive()) return result;
    napi_value pair[] = {entered, result};
    return Ours(wrapper_->leave, 2, pair) == nullptr ? nullptr : result;
  }

  napi_value Blocking() {
    std::array<char, 256> text{};
    const auto length = TargetText(text);
    if (!length) return nullptr;
    const std::string_view target(text.data(), *length);
    IoTable& table = io().table();
    const IoWatch::Type& type = io().types[wrapper_->type];
    const MonoNanos began = MonotonicNow();
    const IoTable::Token token = table.Begin(type.kind, type.method, target, true, began);
    napi_value result = Original();
    if (!IsLive()) return result;
    const auto lasted = table.End(token, MonotonicNow());
    if (!lasted || *lasted < io().options().threshold) return result;
    if (result == nullptr) {
      constexpr int kFrames = 12;
      io().late.push_back({type.kind, type.method, std::string(target), began, *lasted,
                           TakeJsStack(env_, wrapper_->environment->process().seam.functions(), kFrames)});
      wrapper_->environment->AskForEvents();
      return nullptr;
    }
    napi_value report[3] = {};
    napi_create_double(env_, RoundMs(*lasted), &report[0]);
    napi_create_string_utf8(env_, target.data(), target.size(), &report[1]);
    napi_create_string_utf8(env_, type.method.data(), type.method.size(), &report[2]);
    return Ours(wrapper_->leave, 3, report) == nullptr ? nullptr : result;
  }

  // What a synchronous operation is about: its first argument. Nothing: an exception is pending.
  std::optional<std::size_t> TargetText(std::array<char, 256>& text) {
    if (count_ == 0) return 0;
    napi_value first = arguments_[0];
    napi_valuetype type = napi_undefined;
    if (napi_typeof(env_, first, &type) != napi_ok) return 0;
    if (type != napi_string) first = Ours(wrapper_->enter, 1, arguments_);
    if (first == nullptr) return std::nullopt;
    std::size_t length = 0;
    if (napi_get_value_string_utf8(env_, first, text.data(), text.size(), &length) != napi_ok) return 0;
    if (!wrapper_->first_word) return length;
    return std::min(length, std::string_view(text.data(), length).find(' '));
  }

  napi_env env_;
  napi_value handler_ = nullptr;
  napi_value target_ = nullptr;
  napi_value self_ = nullptr;
  FunctionWrapper* wrapper_ = nullptr;
  napi_value* arguments_ = nullptr;
  // Not in a worker that is being terminated: Node-API refuses, and V8 would read an argument that is none.
  bool readable_ = true;
  std::size_t count_ = 0;
  std::array<napi_value, 10> few_{};
  std::vector<napi_value> many_;
};

}  // namespace

void FunctionWrapper::Retire() {
  environment = nullptr;
  enter.Reset();
  leave.Reset();
}

napi_value FunctionWrapper::MakeTrap(napi_env env, FunctionWrapper& wrapper) {
  napi_value trap = nullptr;
  napi_create_function(
      env, nullptr, 0, [](napi_env e, napi_callback_info info) { return Call(e, info).Run(); }, &wrapper,
      &trap);
  return trap;
}

napi_value FunctionWrapper::MakeCallbackTrap(napi_env env, FunctionWrapper& wrapper) {
  napi_value trap = nullptr;
  napi_create_function(
      env, nullptr, 0, [](napi_env e, napi_callback_info info) { return Call(e, info).RunCallback(); },
      &wrapper, &trap);
  return trap;
}

}  // namespace loopdet
