'use strict';

// The least that a CPU profile costs that is always on: an in-process session and V8's profiler.
const { Session } = require('node:inspector');

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.setSamplingInterval', {
  interval: Number(process.env.BENCH_INTERVAL_MS) * 1000,
});
session.post('Profiler.start');

if (process.env.BENCH_PROOF) {
  const { prove } = require('./prove');
  prove(
    () =>
      new Promise((resolve, reject) =>
        session.post('Profiler.stop', (error, { profile }) => {
          if (error) return reject(error);
          const { nodes, samples, startTime, endTime } = profile;
          const found = nodes.some(({ callFrame }) => callFrame.functionName === 'block');
          if (!found || !samples)
            return reject(new Error('the function that blocked is not in it'));
          resolve(`${samples.length} samples in ${Math.round((endTime - startTime) / 1000)} ms`);
        }),
      ),
  );
}
