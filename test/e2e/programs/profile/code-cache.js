'use strict';

// Prints by what V8 tells its code caches from those of other flags, before and after the CPU profile has begun.

const { setTimeout: delay } = require('node:timers/promises');
const v8 = require('node:v8');
const { stats } = require('../../../../js/api.js');

const profilerMs = () => stats().overhead.profilerMs;

async function main() {
  const before = v8.cachedDataVersionTag();
  if (profilerMs() > 0) throw new Error('it has begun already');
  while (profilerMs() === 0) await delay(100);
  console.log(
    JSON.stringify({ before, after: v8.cachedDataVersionTag(), profilerMs: profilerMs() }),
  );
}

main();
