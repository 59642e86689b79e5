#pragma once

#include <napi.h>

#include "binding/process.h"
#include "v8/v8_seam.h"

namespace loopdet {

// An error's stack is formatted when it is first asked for, and where the error came from is then forgotten:
// Node would no longer show the line when it prints the error, and the program's own Error.prepareStackTrace
// could not have its say. V8's inspector asks whenever it names an error. So while there is a guard it
// decides, before anybody formats: what it refuses stays unformatted for whoever asks next. Lives in one
// environment, on its thread.
class StackFormat {
 public:
  StackFormat(Process& process, napi_env env, v8::Isolate* isolate)
      : process_(process), env_(env), isolate_(isolate) {}
  StackFormat(const StackFormat&) = delete;
  StackFormat& operator=(const StackFormat&) = delete;
  ~StackFormat() { Guard({}); }

  // `guard`: () => boolean, true to refuse; empty: there is none. Returns whether this Node has what it
  // takes.
  bool Guard(Napi::FunctionReference guard);
  // What is thrown now is the guard's.
  [[nodiscard]] bool is_asking() const { return asking_; }

 private:
  static v8::Local<v8::Value> OnPrepare(v8::Local<v8::Context> context, v8::Local<v8::Value> error,
                                        v8::Local<v8::Value> sites);

  Process& process_;
  napi_env env_;
  v8::Isolate* isolate_;
  Napi::FunctionReference guard_;
  bool asking_ = false;
};

}  // namespace loopdet
