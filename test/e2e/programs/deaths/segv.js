'use strict';

// Ends by SIGSEGV: by a signal that it sends itself, or, with the path of a library made of fault.c as its
// argument, by a real fault while that is loaded. With `worker` as a second argument, in a worker.

const { isMainThread, Worker } = require('node:worker_threads');

const [library, where] = process.argv.slice(2);

if (isMainThread && where === 'worker') {
  new Worker(__filename, { argv: [library] });
} else if (library) {
  process.dlopen({ exports: {} }, library);
} else {
  process.kill(process.pid, 'SIGSEGV');
  // The signal comes to any thread, not at once.
  setTimeout(() => {}, 60_000);
}
