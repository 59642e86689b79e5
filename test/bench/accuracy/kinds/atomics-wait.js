'use strict';

const cell = new Int32Array(new SharedArrayBuffer(4));

/** @type {import('../types').Kind} */
module.exports = {
  name: 'atomics-wait',
  title: 'Atomics.wait',
  causes: ['syscall'],
  blocker: 'blockInAtomicsWait',
  starter: 'startAtomicsWait',
  start: function startAtomicsWait(ms, block) {
    setTimeout(function blockInAtomicsWait() {
      block.begin();
      Atomics.wait(cell, 0, 0, ms);
      block.end();
    }, 5);
  },
};
