'use strict';

// Keeps more and more until the CPU profile has begun, and prints how large the heap was by then.

const { stats } = require('../../../../js/api.js');

const kept = [];

function grow() {
  const before = process.memoryUsage().heapUsed;
  while (stats().overhead.profilerMs === 0) {
    for (let index = 0; index < 10_000; index++) kept.push({ index, at: kept.length });
  }
  const heapMb = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  console.log(JSON.stringify({ kept: kept.length, heapMb, uptimeMs: process.uptime() * 1000 }));
}

grow();
