'use strict';

// Works, rests so long that its profile is sampled less often, and works again: what the profiler has taken by each time.
const { setTimeout: delay } = require('node:timers/promises');
const { stats } = require('../../../../js/api.js');

const REST_MS = 3000;

async function work() {
  for (let turn = 0; turn < 10; turn++) {
    for (const end = performance.now() + 40; performance.now() < end; );
    await delay(5);
  }
  return stats()?.overhead.profilerMs;
}

async function main() {
  const taken = [];
  for (let round = 0; round < 3; round++) {
    if (round > 0) await delay(REST_MS);
    if (round > 0) taken.push(stats()?.overhead.profilerMs);
    taken.push(await work());
  }
  console.log(JSON.stringify(taken));
}

main();
