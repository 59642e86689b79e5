'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { OWN_ARMS } = require('../lib/arms');
const { findCrashFiles } = require('../lib/crash-files');
const { writeScripts } = require('../lib/scripts');
const { program } = require('../lib/subjects');

const SCRIPTS = 300;

/** @type {import('../lib/types').Workload} */
module.exports = {
  name: 'crash-time',
  title: `From the throw to the file, in a program of ${SCRIPTS} scripts`,
  packages: false,
  sensitive: true,
  rounds: 3,
  turns: 4,
  arms: [...OWN_ARMS, 'debugger', 'debugger-locals', 'sentry-locals'],
  figures: {
    exitMs: {
      title: 'throw to the end of the process',
      unit: 'ms',
      digits: 1,
      compare: 'difference',
    },
    writtenMs: { title: 'throw to the last write', unit: 'ms', digits: 1, compare: 'value' },
    inPlaceMs: { title: 'throw to the file in place', unit: 'ms', digits: 1, compare: 'value' },
    fileKb: { title: 'size of the crash file', unit: 'KB', digits: 1, compare: 'value' },
    framesWithLocals: { title: 'frames with locals', unit: 'frames', digits: 0, compare: 'value' },
  },
  limits: [
    // A crash without locals is cheap and small: the other limits would say nothing.
    { figure: 'framesWithLocals', arm: 'loopdet', valueAtLeast: 1 },

    { figure: 'writtenMs', arm: 'loopdet', valueAtMost: 60 },
    { figure: 'inPlaceMs', arm: 'loopdet', valueAtMost: 60 },
  ],
  notes: [
    'The last write is the modification time of the crash file, in place is its change time (the rename), ' +
      'against a file made just before the throw. The kernel stamps files in ticks of up to 4 ms.',
  ],
  async open(arm, { processes, workspace }) {
    const folder = path.join(workspace, 'scripts');
    writeScripts(folder, SCRIPTS);
    return {
      /** @returns {Promise<import('../lib/types').Figures>} */
      async slice() {
        const started = processes.startArm(arm, [program('crash-many-scripts.js'), folder]);
        let output = '';
        started.child.stdout?.on('data', (/** @type {string} */ text) => {
          output += text;
        });
        const { at } = await started.ended;
        const { crash, framesWithLocals } = findCrashFiles(started.directory);
        const thrown = fs.statSync(path.join(started.directory, 'thrown'), { bigint: true });
        await processes.finish(started);
        if (arm.kind === 'ours' && arm.name !== 'capture-off' && !crash)
          throw new Error(`no crash file: ${started.stderr()}`);
        const exitMs = Number(at - BigInt(output)) / 1e6;
        if (!crash) return { exitMs };
        return {
          exitMs,
          writtenMs: Number(crash.mtimeNs - thrown.mtimeNs) / 1e6,
          inPlaceMs: Number(crash.ctimeNs - thrown.mtimeNs) / 1e6,
          fileKb: Number(crash.size) / 1000,
          framesWithLocals,
        };
      },
      close() {},
    };
  },
};
