'use strict';

// Asks the API for everything, and says what it got.

const loopdet = require('loopdet-addon/api');

const got = { slow: [], before: [loopdet.stats(), loopdet.report()] };

function grind(ms) {
  const start = Date.now();
  while (Date.now() - start < ms) JSON.stringify({ a: Math.random() });
}

async function main() {
  const early = await loopdet.profile({ ms: 5 }).catch((error) => error.code);
  loopdet.start({ ioThresholdMs: 20 });
  let hear = () => {};
  const heard = new Promise((resolve) => {
    hear = ({ kind, target }) => resolve(got.slow.push(`${kind} ${target}`));
  });
  loopdet.on('slowIO', hear);
  const wrong = await loopdet.profile({ ms: 'soon' }).catch((error) => error.code);
  const profiling = loopdet.profile({ ms: 200 });
  const second = await loopdet.profile({ ms: 5 }).catch((error) => error.code);
  grind(100);
  require('node:child_process').execFileSync('sleep', ['0.05']);
  const [profile] = await Promise.all([profiling, heard]);
  loopdet.off('slowIO', hear);
  const file = loopdet.report('the test wants it');
  const { histogram, gc, threadPool, hooksMs } = loopdet.stats();
  console.log(
    JSON.stringify({
      ...got,
      errors: [early, wrong, second],
      functions: profile.nodes.map(({ callFrame }) => callFrame.functionName),
      file,
      stats: { turns: histogram.count, collections: gc.count, threads: threadPool.size, hooksMs },
    }),
  );
}
main();
