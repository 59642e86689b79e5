#include "binding/heap_classes.h"

#include <napi.h>

#include <array>
#include <string_view>

#include "binding/local.h"

namespace loopdet {

namespace {

class Counter final : public v8::ObjectPredicate {
 public:
  Counter(const v8::Functions& v8, napi_env env) : v8_(v8), env_(env) {}

  // Wants none.
  bool Filter(v8::Local<v8::Object> object) override {
    const Napi::HandleScope scope(env_);
    std::array<char, 128> text;
    std::size_t length = 0;
    napi_get_value_string_utf8(env_, ValueOf(v8_.constructor_name(object)), text.data(), text.size(),
                               &length);
    counts.Add(std::string_view(text.data(), length));
    return false;
  }

  ClassCounts counts;

 private:
  const v8::Functions& v8_;
  const napi_env env_;
};

}  // namespace

std::optional<ClassCounts> CountClasses(v8::Seam& seam, napi_env env, v8::Isolate* isolate) {
  seam.LookUpRest();
  const v8::Functions& v8 = seam.functions();
  if (!seam.Has("heapClasses") || isolate == nullptr) return std::nullopt;
  const Napi::HandleScope scope(env);
  Counter counter(v8, env);
  v8::ObjectVector none{};
  v8.query_objects(v8.heap_profiler(isolate), v8.current_context(isolate), &counter, &none);
  return std::move(counter.counts);
}

}  // namespace loopdet
