'use strict';

// heap-wait.js [own]: waits, with its own SIGUSR2 handler if asked to; the handler ends it.

class Gadget {
  label = 'a gadget to find in the snapshot';
}

const gadgets = Array.from({ length: 1234 }, () => new Gadget());
const timer = setInterval(() => {}, 1000);

if (process.argv[2] === 'own') {
  process.on('SIGUSR2', () => {
    console.log(`own handler, ${gadgets.length} gadgets`);
    clearInterval(timer);
  });
}
console.log('ready');
