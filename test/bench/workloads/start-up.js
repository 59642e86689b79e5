'use strict';

const { ALL_ARMS } = require('../lib/arms');
const { START_FIGURES } = require('../lib/start-figures');

/** @type {import('../lib/types').Workload} */
module.exports = {
  name: 'start-up',
  title: 'Start-up and exit of `node -e 0`',
  packages: false,
  sensitive: true,
  rounds: 3,
  turns: 16,
  arms: ALL_ARMS,
  figures: START_FIGURES,
  limits: [],
  async open(arm, { processes }) {
    return {
      async slice() {
        const started = processes.startArm(arm, ['-e', '0'], { limitMs: 20_000 });
        const { code, at } = await started.ended;
        if (code !== 0) throw new Error(`node -e 0 ended with ${code}: ${started.stderr()}`);
        await processes.finish(started);
        return { wallMs: Number(at - started.startedAt) / 1e6 };
      },
      close() {},
    };
  },
};
