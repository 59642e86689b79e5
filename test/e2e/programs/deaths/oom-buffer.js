'use strict';

// Uses up the memory outside of the JavaScript heap. Run it under `ulimit -v`: an allocation fails, which is an
// exception here and no signal.

const kept = [];
for (;;) kept.push(Buffer.alloc(64 * 1024 * 1024, 1));
