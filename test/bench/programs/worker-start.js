'use strict';

const { once } = require('node:events');
const { Worker } = require('node:worker_threads');
const { measureWhenAsked, rate } = require('./measuring');

const WARM_UP_MS = 300;
const SLICE_MS = 200;

async function startAndEnd() {
  const [code] = await once(new Worker('', { eval: true }), 'exit');
  if (code !== 0) throw new Error(`a worker ended with ${code}`);
}

const measure = async (/** @type {number} */ forMs) => ({
  workerMs: 1000 / (await rate(startAndEnd, forMs)),
});
measureWhenAsked(measure, WARM_UP_MS, SLICE_MS, 0);
