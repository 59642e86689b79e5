'use strict';

// This thread's recording: starts it, and answers for it.
const { readConfig } = require('./config.js');
const { codedError } = require('./errors.js');
const { readLateModules } = require('./own-modules.js');
const { isMainThread } = require('./thread.js');
const { warn } = require('./warn.js');

/** @type {InstanceType<typeof import('./recorder.js').Recorder> | null} */
let recorder = null;

/**
 * Starts to record in this thread.
 * @param {Record<string, unknown>} [options] by the keys of js/config.js; they win over the environment
 * @returns {boolean} false when LOOPDET_ENABLED is off, or it is started already
 * @throws {Error & {code: string}} ERR_LOOPDET_*: nothing was started
 */
function start(options) {
  return begin(options);
}

/** @param {Record<string, unknown>} [options] @param {{isStarting: boolean}} [program] */
function begin(options, program) {
  if (recorder) return false;
  const { config, warnings } = readConfig(options);
  // A worker inherits the environment: one warning is enough.
  if (isMainThread) for (const warning of warnings) warn(warning);
  if (!config.enabled) return false;
  readLateModules();
  const { Recorder } = require('./recorder.js');
  recorder = new Recorder(config, program);
  return true;
}

/**
 * Ends what start() began: every function, listener, signal handler and hook is what it was, and the black box goes. Only the
 * code stays loaded. start() may be called again.
 * @returns {boolean} false: this thread was not recorded
 */
function stop() {
  if (!recorder) return false;
  const stopped = recorder;
  recorder = null;
  stopped.stop();
  return true;
}

/**
 * For `loopdet attach`, in a program that runs already: records, if nobody does, for as long as somebody listens.
 * @param {string} socket a path
 * @param {Record<string, unknown>} options as of start()
 * @param {boolean} isReported summaries are of this thread
 * @returns {{started: boolean}} false: it was recorded already
 * @throws {Error & {code: string}} ERR_LOOPDET_*: nothing was started
 */
function attach(socket, options, isReported) {
  const started = begin(options, { isStarting: false });
  if (!recorder) throw codedError('ERR_LOOPDET_DISABLED');
  try {
    const config = isReported ? readConfig(options).config : null;
    recorder.listen(socket, config, started ? stop : () => {});
  } catch (error) {
    if (started) stop();
    throw error;
  }
  return { started };
}

/** Whether this thread is recorded. */
function active() {
  return recorder !== null;
}

/**
 * The loop's turns so far.
 * @returns {{count: number, minMs: number, maxMs: number, meanMs: number, p50Ms: number, p90Ms: number, p99Ms: number} | null}
 */
function histogram() {
  return recorder?.histogram() ?? null;
}

/**
 * Writes a heap snapshot of this thread into LOOPDET_DIR; the thread stands still meanwhile.
 * @returns {string | null} the file, or null after one line that says why not
 */
function heapSnapshot() {
  return recorder?.writeHeapSnapshot() ?? null;
}

/**
 * Notes in the black box what the program is doing: what is there when it dies says so.
 * @param {string} key
 * @param {unknown} value what JSON can say, and not secret
 * @returns {boolean} false: this thread is not recorded, or has no black box
 * @throws {Error & {code: string}} ERR_LOOPDET_NOTE_KEY
 */
function note(key, value) {
  if (typeof key !== 'string') throw codedError('ERR_LOOPDET_NOTE_KEY', typeof key);
  return recorder?.note(key, value) ?? false;
}

/**
 * Writes what is known of this thread now, a crash file of kind manual, into LOOPDET_DIR.
 * @param {string} [reason] a sentence
 * @returns {string | null} the file, or null after one line that says why not
 */
function report(reason = 'the program asked for it') {
  return recorder?.writeReport(String(reason)) ?? null;
}

/** What this thread has done so far, and what that has cost; null when it is not recorded. */
function stats() {
  return recorder?.stats() ?? null;
}

/** The same for whoever collects metrics, with the turns since the last call. @param {number} period whoever that is, from 1 on */
function measure(period) {
  return recorder?.measure(period) ?? null;
}

/** @param {number} period */
function endMeasuring(period) {
  recorder?.endMeasuring(period);
}

/**
 * A CPU profile of the time from now on.
 * @param {{ms?: number}} [options]
 * @returns {Promise<any>} as a .cpuprofile file has it
 * @throws {Error & {code: string}} ERR_LOOPDET_*, as a rejection
 */
async function profile({ ms = 10_000 } = {}) {
  if (typeof ms !== 'number' || !(ms >= 1 && ms <= 3_600_000)) {
    throw codedError('ERR_LOOPDET_PROFILE_MS', String(ms));
  }
  if (!recorder) throw codedError('ERR_LOOPDET_NOT_STARTED');
  return recorder.profile(ms);
}

/** As code spells it, too. @param {string} event */
const nameOf = (event) => (event === 'slowIO' ? 'slow-io' : event);

/** @param {string} event lag, stall, slow-io, gc, memory, crash, profile, heap or warning @param {(event: object) => void} listener */
function on(event, listener) {
  require('./events.js').emitter.on(nameOf(event), listener);
  if (event === 'memory') recorder?.tellOfMemory();
}

/** @param {string} event @param {(event: object) => void} listener */
function off(event, listener) {
  require('./events.js').emitter.off(nameOf(event), listener);
}

module.exports = {
  start,
  stop,
  attach,
  active,
  histogram,
  measure,
  endMeasuring,
  heapSnapshot,
  note,
  on,
  off,
  profile,
  report,
  stats,
};
