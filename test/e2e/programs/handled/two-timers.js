'use strict';

// Two timers of one turn fail: Node runs no microtask between them.

process.on('uncaughtException', (error) => console.log(`handled ${error.message}`));

for (const which of ['the first', 'the second']) {
  setTimeout(() => {
    throw new Error(`${which} has failed`);
  }, 1);
}
