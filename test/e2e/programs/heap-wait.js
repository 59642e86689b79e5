'use strict';

// heap-wait.js [own | own-goes-on]: waits, with its own SIGUSR2 handler if asked to, which ends it, or does not.

class Gadget {
  label = 'a gadget to find in the snapshot';
}

const gadgets = Array.from({ length: 1234 }, () => new Gadget());
const timer = setInterval(() => {}, 1000);

if (process.argv[2]?.startsWith('own')) {
  process.on('SIGUSR2', () => {
    console.log(`own handler, ${gadgets.length} gadgets`);
    if (process.argv[2] === 'own') clearInterval(timer);
  });
}
console.log('ready');
