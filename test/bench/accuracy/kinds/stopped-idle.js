'use strict';

const DELAY_MS = 30;

/**
 * Nobody's lag: the loop waited, and would have. What is to be reported is nothing, or a process that stood
 * still; that the program blocked is wrong.
 * @type {import('../types').Kind}
 */
module.exports = {
  name: 'stopped-idle',
  title: 'SIGSTOP while the loop waits',
  causes: ['stopped'],
  blocker: null,
  starter: null,
  needs: 'stop',
  optional: true,
  shortestMs: 100,
  start(ms, block, program) {
    program.ask({ action: 'stop', ms, delayMs: DELAY_MS });
    block.elsewhere();
    setTimeout(() => block.over(), ms + 2 * DELAY_MS);
  },
};
