#include "v8/promise_speed.h"

#include "v8/protector.h"

namespace loopdet::v8 {

void RestorePromiseSpeed(const Seam& seam, Isolate* isolate) {
  if (!seam.IsWhole()) return;
  const Functions& v8 = seam.functions();
  Protector protector(v8.depend_on_promise_hook, isolate);
  if (v8.promise_hooks_changed == nullptr || !protector.IsBroken()) return;
  protector.Restore();
  // The program may have hooks, or a debugger of its own: V8 then breaks it again.
  v8.promise_hooks_changed(isolate);
}

}  // namespace loopdet::v8
