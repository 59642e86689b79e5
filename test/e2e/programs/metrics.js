'use strict';

// Collects metrics as a program would, and prints them.
const { MeterProvider, MetricReader } = require('@opentelemetry/sdk-metrics');
const client = require('prom-client');
const childProcess = require('node:child_process');
const api = require('../../../js/api.js');
const { openTelemetry, prometheus } = require('../../../js/metrics/index.js');

class Reader extends MetricReader {
  async onShutdown() {}
  async onForceFlush() {}
}

/** @param {number} ms */
function grind(ms) {
  const end = Date.now() + ms;
  while (Date.now() < end);
}

/** @param {import('@opentelemetry/sdk-metrics').CollectionResult} collected */
const metricsOf = ({ resourceMetrics }) =>
  resourceMetrics.scopeMetrics.flatMap(({ metrics }) =>
    metrics.map(({ descriptor, dataPoints }) => ({ ...descriptor, dataPoints })),
  );

const turn = (ms = 60) => new Promise((resolve) => setTimeout(resolve, ms));

async function main() {
  client.collectDefaultMetrics();
  const own = new client.Registry();
  const reader = new Reader();
  const meterProvider = new MeterProvider({ readers: [reader] });
  api.start({ ioThresholdMs: 50 });
  const ends = [prometheus({ register: own }), prometheus(), openTelemetry({ meterProvider })];
  setImmediate(() => grind(150));
  await turn();
  childProcess.execFileSync('sleep', ['0.1']);
  await turn();
  /** @type {any} */ (globalThis).gc();
  await turn();
  const collected = await reader.collect();
  const text = await own.metrics();
  const beside = await client.register.metrics();
  await turn();
  const again = await own.metrics();
  for (const end of ends) end();
  const rest = await reader.collect();
  console.log(
    JSON.stringify({
      ...{ text, beside, again },
      metrics: metricsOf(collected),
      after: {
        text: await own.metrics(),
        // The SDK goes on telling what it was told last.
        metrics: metricsOf(rest),
      },
    }),
  );
}

main();
