'use strict';

const fs = require('node:fs');

const byte = Buffer.alloc(1);
let pipe = -1;

/** @type {import('../types').Kind} */
module.exports = {
  name: 'read-pipe',
  title: 'fs.readSync of a pipe whose writer is late',
  causes: ['syscall'],
  blocker: 'blockInReadSync',
  starter: 'startReadPipe',
  needs: 'write',
  prepare(program) {
    // For writing as well: opening does not wait for a writer, nor ends the pipe when it leaves.
    pipe = fs.openSync(program.pipe, 'r+');
  },
  start: function startReadPipe(ms, block, program) {
    setTimeout(function blockInReadSync() {
      block.begin();
      program.ask({ action: 'write', ms });
      fs.readSync(pipe, byte);
      block.end();
    }, 5);
  },
};
