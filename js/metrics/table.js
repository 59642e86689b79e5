'use strict';

/** @typedef {import('./sampler.js').Sample} Sample */
/** @typedef {[attributes: Record<string, string>, value: number][]} Values */

/**
 * A metric under the names of OpenTelemetry's semantic conventions and of prom-client; what those do not know begins with
 * "loopdet". Its attributes are OpenTelemetry's; prom-client's labels are their last words.
 * @typedef {object} Metric
 * @property {string} otel
 * @property {string} prometheus
 * @property {'gauge' | 'counter'} type a counter's values only grow
 * @property {'s' | 'By' | '1' | '{lag}' | '{operation}'} unit
 * @property {string} description
 * @property {string[]} attributes
 * @property {(sample: Sample) => Values} read
 */

const LOOP_STATE = 'nodejs.eventloop.state';
const HEAP_SPACE = 'v8js.heap.space.name';
const CAUSE = 'loopdet.cause';
const KIND = 'loopdet.io.kind';

/** @param {number | null | undefined} value @returns {Values} */
const one = (value) => (value === null || value === undefined ? [] : [[{}, value]]);

/** @param {'min' | 'max' | 'mean' | 'stddev' | 'p50' | 'p90' | 'p99'} name @param {string} meaning @returns {Metric} */
const delay = (name, meaning) => ({
  otel: `nodejs.eventloop.delay.${name}`,
  prometheus: `nodejs_eventloop_lag_${name}_seconds`,
  ...{ type: 'gauge', unit: 's', attributes: [] },
  description: `Event loop turns since the last collection: ${meaning}.`,
  read: ({ delay: delays }) => one(delays?.[name]),
});

/** @param {'used' | 'size' | 'available'} part @param {string} otel @param {string} meaning @returns {Metric} */
const heapSpace = (part, otel, meaning) => ({
  otel,
  prometheus: `nodejs_heap_space_size_${part === 'size' ? 'total' : part}_bytes`,
  ...{ type: 'gauge', unit: 'By', attributes: [HEAP_SPACE] },
  description: `${meaning} of each heap space.`,
  read: ({ heapSpaces }) => heapSpaces.map((space) => [{ [HEAP_SPACE]: space.name }, space[part]]),
});

/** @param {'lags' | 'slowIo'} from @param {string} attribute @param {'count' | 'seconds'} part @returns {(sample: Sample) => Values} */
const sums = (from, attribute, part) => (sample) =>
  [...sample[from]].map(([word, sum]) => [{ [attribute]: word }, sum[part]]);

/** TABLE. A new metric is one row. @type {Metric[]} */
const METRICS = [
  delay('min', 'the shortest'),
  delay('max', 'the longest'),
  delay('mean', 'the mean'),
  delay('stddev', 'the standard deviation'),
  delay('p50', 'the median'),
  delay('p90', 'the 90th percentile'),
  delay('p99', 'the 99th percentile'),
  {
    otel: 'nodejs.eventloop.utilization',
    prometheus: 'nodejs_eventloop_utilization',
    ...{ type: 'gauge', unit: '1', attributes: [] },
    description: 'Share of the time since the last collection that the event loop was busy.',
    read: ({ loop }) => one(loop.utilization),
  },
  {
    otel: 'nodejs.eventloop.time',
    prometheus: 'nodejs_eventloop_time_seconds_total',
    ...{ type: 'counter', unit: 's', attributes: [LOOP_STATE] },
    description: 'Time that the event loop was busy and idle.',
    read: ({ loop }) => [
      [{ [LOOP_STATE]: 'active' }, loop.active],
      [{ [LOOP_STATE]: 'idle' }, loop.idle],
    ],
  },
  heapSpace('used', 'v8js.memory.heap.used', 'Bytes used'),
  heapSpace('size', 'v8js.memory.heap.limit', 'Bytes held'),
  heapSpace('available', 'v8js.memory.heap.space.available_size', 'Bytes available'),
  {
    otel: 'loopdet.eventloop.lags',
    prometheus: 'loopdet_eventloop_lags_total',
    ...{ type: 'counter', unit: '{lag}', attributes: [CAUSE] },
    description: 'Turns of the event loop over the threshold, by cause.',
    read: sums('lags', CAUSE, 'count'),
  },
  {
    otel: 'loopdet.eventloop.lag.time',
    prometheus: 'loopdet_eventloop_lag_seconds_total',
    ...{ type: 'counter', unit: 's', attributes: [CAUSE] },
    description: 'Their time together, by cause.',
    read: sums('lags', CAUSE, 'seconds'),
  },
  {
    otel: 'loopdet.io.slow',
    prometheus: 'loopdet_io_slow_total',
    ...{ type: 'counter', unit: '{operation}', attributes: [KIND] },
    description: 'Operations over the threshold, by kind.',
    read: sums('slowIo', KIND, 'count'),
  },
  {
    otel: 'loopdet.io.slow.time',
    prometheus: 'loopdet_io_slow_seconds_total',
    ...{ type: 'counter', unit: 's', attributes: [KIND] },
    description: 'Their time together, by kind.',
    read: sums('slowIo', KIND, 'seconds'),
  },
  {
    otel: 'loopdet.io.in_flight',
    prometheus: 'loopdet_io_in_flight',
    ...{ type: 'gauge', unit: '{operation}', attributes: [] },
    description: 'Operations under way.',
    read: ({ inFlight }) => one(inFlight),
  },
  {
    otel: 'loopdet.thread_pool.queue_delay',
    prometheus: 'loopdet_thread_pool_queue_delay_seconds',
    ...{ type: 'gauge', unit: 's', attributes: [] },
    description: 'How long work waits for a thread of the pool.',
    read: ({ threadPool }) => one(threadPool?.queueDelay),
  },
  {
    otel: 'loopdet.thread_pool.saturated.time',
    prometheus: 'loopdet_thread_pool_saturated_seconds_total',
    ...{ type: 'counter', unit: 's', attributes: [] },
    description: 'Time that all threads of the pool were busy.',
    read: ({ threadPool }) => one(threadPool?.saturated),
  },
  {
    otel: 'loopdet.overhead.time',
    prometheus: 'loopdet_overhead_seconds_total',
    ...{ type: 'counter', unit: 's', attributes: [] },
    description: 'What recording has taken of the CPUs, by its own account.',
    read: ({ overhead }) => one(overhead),
  },
];

module.exports = { METRICS };
