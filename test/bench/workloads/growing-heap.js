'use strict';

const { ALL_ARMS } = require('../lib/arms');
const { START_FIGURES } = require('../lib/start-figures');
const { program } = require('../lib/subjects');

/** @type {import('../lib/types').Workload} */
module.exports = {
  name: 'growing-heap',
  title: 'A program of half a second that fills 100 MB from its first moment',
  packages: false,
  sensitive: true,
  rounds: 3,
  turns: 4,
  arms: ALL_ARMS,
  figures: {
    ...START_FIGURES,
    longestMs: { title: 'longest pause', unit: 'ms', digits: 1, compare: 'difference' },
  },
  limits: [],
  notes: [
    'The pause is the longest time between two steps of its own: a collection of V8’s, or a profiler that begins and walks ' +
      'through the heap.',
  ],
  async open(arm, { processes }) {
    return {
      async slice() {
        const started = processes.startArm(arm, [program('growing-heap.js')], { limitMs: 20_000 });
        let output = '';
        const stdout = /** @type {import('node:stream').Readable} */ (started.child.stdout);
        stdout.setEncoding('utf8').on('data', (text) => {
          output += text;
        });
        const { code, at } = await started.ended;
        if (code !== 0) throw new Error(`growing-heap.js ended with ${code}: ${started.stderr()}`);
        await processes.finish(started);
        const { longestMs } = JSON.parse(output);
        return { wallMs: Number(at - started.startedAt) / 1e6, longestMs };
      },
      close() {},
    };
  },
};
