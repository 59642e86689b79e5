// A library whose loading faults: what a native addon with a bug does. FAULT says how. It needs no header of
// Node's: cc -shared -fPIC -o fault.so fault.c

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile int* nowhere = 0;
static int (*volatile no_function)(void) = 0;
static volatile int zero = 0;

__attribute__((noinline)) int fault_here(const char* how) {
  if (strcmp(how, "null") == 0) return *nowhere;
  if (strcmp(how, "call") == 0) return no_function() + 1;
  if (strcmp(how, "memset") == 0) return memset((void*)nowhere, 1, (size_t)*how) != 0;
  if (strcmp(how, "bus") == 0) {
    char name[] = "/tmp/loopdet-fault-XXXXXX";
    const int file = mkstemp(name);
    unlink(name);
    return *(volatile int*)mmap(0, 4096, PROT_READ, MAP_SHARED, file, 0);
  }
  if (strcmp(how, "ill") == 0) __builtin_trap();
  if (strcmp(how, "fpe") == 0) return how[0] / zero;
  return 0;
}

__attribute__((constructor)) void loaded(void) {
  const char* how = getenv("FAULT");
  if (how != 0) fault_here(how);
}
