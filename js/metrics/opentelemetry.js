'use strict';

const { PerformanceObserver, constants } = require('node:perf_hooks');
const { codedError } = require('../errors.js');
const { Sampler } = require('./sampler.js');
const { METRICS } = require('./table.js');
const { version } = require('../../package.json');

const GC_TYPES = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);
// The conventions' own.
const GC_BUCKETS = [0.01, 0.1, 1, 10];

function loadApi() {
  try {
    return require('@opentelemetry/api');
  } catch {
    throw codedError('ERR_LOOPDET_PEER', '@opentelemetry/api');
  }
}

/**
 * Registers the metrics of this thread with OpenTelemetry.
 * @param {{meterProvider?: import('@opentelemetry/api').MeterProvider}} [options] the global one if not said
 * @returns {() => void} ends it
 * @throws {Error & {code: string}} ERR_LOOPDET_PEER
 */
function openTelemetry({ meterProvider } = {}) {
  const provider = meterProvider ?? loadApi().metrics.getMeterProvider();
  const meter = provider.getMeter('loopdet-addon', version);
  const sampler = new Sampler();
  const instruments = METRICS.map(({ otel, type, unit, description }) => {
    const options = { unit, description };
    return type === 'counter'
      ? meter.createObservableCounter(otel, options)
      : meter.createObservableGauge(otel, options);
  });
  const observe = (/** @type {import('@opentelemetry/api').BatchObservableResult} */ result) => {
    const sample = sampler.take();
    METRICS.forEach(({ read }, at) => {
      for (const [attributes, value] of read(sample)) {
        result.observe(instruments[at], value, attributes);
      }
    });
  };
  meter.addBatchObservableCallback(observe, instruments);
  const collections = meter.createHistogram('v8js.gc.duration', {
    unit: 's',
    description: 'Garbage collections, by type.',
    advice: { explicitBucketBoundaries: GC_BUCKETS },
  });
  const observer = new PerformanceObserver((list) => {
    for (const { duration, detail } of /** @type {any[]} */ (list.getEntries())) {
      const type = GC_TYPES.get(detail?.kind);
      if (type) collections.record(duration / 1000, { 'v8js.gc.type': type });
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => {
    meter.removeBatchObservableCallback(observe, instruments);
    observer.disconnect();
    sampler.stop();
  };
}

module.exports = { openTelemetry };
