'use strict';

const { findCrashFiles } = require('../lib/crash-files');
const { program } = require('../lib/subjects');

/** @type {import('../lib/types').Workload} */
module.exports = {
  name: 'crash-size',
  title: 'Size of what a one-line program leaves',
  packages: false,
  sensitive: false,
  rounds: 3,
  turns: 1,
  arms: ['bare', 'loopdet', 'profile-off'],
  figures: {
    fileKb: { title: 'crash file', unit: 'KB', digits: 1, compare: 'value' },
    profileKb: { title: 'CPU profile', unit: 'KB', digits: 1, compare: 'value' },
    framesWithLocals: { title: 'frames with locals', unit: 'frames', digits: 0, compare: 'value' },
  },
  limits: [
    // A crash without locals is cheap and small: the other limits would say nothing.
    { figure: 'framesWithLocals', arm: 'loopdet', valueAtLeast: 1 },
    { figure: 'fileKb', arm: 'loopdet', valueAtMost: 300 },
  ],
  async open(arm, { processes }) {
    return {
      /** @returns {Promise<import('../lib/types').Figures>} */
      async slice() {
        const started = processes.startArm(arm, [program('one-line.js')], { limitMs: 20_000 });
        await started.ended;
        const { crash, framesWithLocals, profileBytes } = findCrashFiles(started.directory);
        await processes.finish(started);
        if (arm.kind !== 'ours') return {};
        if (!crash) throw new Error(`no crash file: ${started.stderr()}`);
        return {
          fileKb: Number(crash.size) / 1000,
          profileKb: profileBytes / 1000,
          framesWithLocals,
        };
      },
      close() {},
    };
  },
};
