/**
 * Compares two reports of `loopdet run --json`: what is better, worse or the same. Two runs of one program differ by chance,
 * so that a difference counts only if it is large beside the value and beside what a person would notice.
 */

/**
 * TABLE of what is compared. Less is better everywhere.
 * @type {{name: string, unit: 'ms' | 'bytes' | 'percent' | 'perMinute', share: number, least: number, of: (report: any) => number | null}[]}
 *   share: of the earlier value, by which it must differ at least; least: and by how much in its unit
 */
const METRICS = [
  {
    name: 'lag p50',
    unit: 'ms',
    share: 0.5,
    least: 2,
    of: (report) => percentile(report, 'p50Ms'),
  },
  {
    name: 'lag p99',
    unit: 'ms',
    share: 0.3,
    least: 10,
    of: (report) => percentile(report, 'p99Ms'),
  },
  {
    name: 'lag max',
    unit: 'ms',
    share: 0.3,
    least: 30,
    of: (report) => percentile(report, 'maxMs'),
  },
  {
    name: 'lags',
    unit: 'perMinute',
    share: 0.3,
    least: 2,
    of: (report) => perMinute(report, report.lag?.count),
  },
  { name: 'time in lags', unit: 'percent', share: 0.3, least: 2, of: timeInLags },
  {
    name: 'slow I/O',
    unit: 'perMinute',
    share: 0.3,
    least: 2,
    of: (report) => perMinute(report, report.io?.count),
  },
  { name: 'slowest I/O', unit: 'ms', share: 0.3, least: 100, of: slowestOperation },
  { name: 'garbage collection', unit: 'percent', share: 0.3, least: 1, of: timeInGc },
  {
    name: 'resident memory, max',
    unit: 'bytes',
    share: 0.2,
    least: 20e6,
    of: (report) => number(report.memory?.maxRss),
  },
  {
    name: 'heap, max',
    unit: 'bytes',
    share: 0.3,
    least: 10e6,
    of: (report) => number(report.memory?.maxHeapUsed),
  },
];

/** @param {any} value @returns {number | null} */
const number = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** @param {any} report @param {string} name */
const percentile = (report, name) => number(report.lag?.histogram?.[name]);

/** @param {any} report @param {any} count */
function perMinute(report, count) {
  const minutes = (number(report.durationMs) ?? 0) / 60_000;
  return number(count) === null || minutes === 0 ? null : count / minutes;
}

/** @param {any} report @param {number} ms */
const shareOfRun = (report, ms) => {
  const whole = number(report.durationMs);
  return whole ? (100 * ms) / whole : null;
};

/** @param {any} report */
function timeInLags(report) {
  const groups = Array.isArray(report.lag?.byFunction) ? report.lag.byFunction : null;
  if (!groups) return null;
  const ms = groups.reduce(
    (/** @type {number} */ sum, /** @type {any} */ { totalMs }) => sum + (number(totalMs) ?? 0),
    0,
  );
  return shareOfRun(report, ms);
}

/** @param {any} report */
function timeInGc({ gc, ...report }) {
  const ms = number(gc?.totalMs);
  return ms === null ? null : shareOfRun(report, ms);
}

/** @param {any} report */
function slowestOperation({ io }) {
  const groups = Array.isArray(io?.byTarget) ? io.byTarget : null;
  if (!groups) return null;
  return groups.reduce(
    (/** @type {number} */ most, /** @type {any} */ { maxMs }) =>
      Math.max(most, number(maxMs) ?? 0),
    0,
  );
}

/**
 * @typedef {object} Compared
 * @property {string} name
 * @property {string} unit
 * @property {number | null} before
 * @property {number | null} after
 * @property {'improved' | 'regressed' | 'unchanged' | 'unknown'} verdict unknown: one of them does not say
 */

/**
 * @param {any} before
 * @param {any} after
 * @returns {{verdict: 'improved' | 'regressed' | 'unchanged', metrics: Compared[]}} one that is worse makes the whole worse
 */
function compareReports(before, after) {
  const metrics = METRICS.map(({ name, unit, share, least, of }) => {
    const [one, other] = [of(before), of(after)];
    return { name, unit, before: one, after: other, verdict: judge(one, other, share, least) };
  });
  const has = (/** @type {string} */ verdict) => metrics.some((one) => one.verdict === verdict);
  const verdict = has('regressed') ? 'regressed' : has('improved') ? 'improved' : 'unchanged';
  return { verdict, metrics };
}

/** @param {number | null} before @param {number | null} after @param {number} share @param {number} least @returns {Compared['verdict']} */
function judge(before, after, share, least) {
  if (before === null || after === null) return 'unknown';
  const difference = after - before;
  if (Math.abs(difference) < Math.max(least, share * Math.min(before, after))) return 'unchanged';
  return difference > 0 ? 'regressed' : 'improved';
}

module.exports = { compareReports };
