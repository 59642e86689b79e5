/** Numbers, times and places as a person reads them. Absent values (null) read as a dash. */

const { pathOfUrl } = require('../../replay/crash-file');

const ABSENT = '–';

// Intl.NumberFormat does the same, and takes 40 ms to load.
/** @param {number} value */
const grouped = (value) =>
  Math.abs(value) < 1e15
    ? value.toFixed(0).replace(/\B(?=(?:\d{3})+$)/g, ',')
    : value.toExponential(1);

/** @param {number | null | undefined} value */
const count = (value) => (typeof value === 'number' ? grouped(value) : ABSENT);

/**
 * @param {number | null | undefined} value
 * @param {string} one
 * @param {string} [many]
 */
const counted = (value, one, many = `${one}s`) => `${count(value)} ${value === 1 ? one : many}`;

/** @param {number | null | undefined} ms */
function duration(ms) {
  if (typeof ms !== 'number') return ABSENT;
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 100) return `${ms.toFixed(1)} ms`;
  if (ms < 10_000) return `${grouped(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) {
    return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`;
  }
  return `${grouped(Math.floor(ms / 3_600_000))} h ${Math.floor((ms % 3_600_000) / 60_000)} min`;
}

/** @param {number | null | undefined} size */
function bytes(size) {
  if (typeof size !== 'number') return ABSENT;
  if (Math.abs(size) < 1000) return `${size} B`;
  let value = size;
  let unit = -1;
  do {
    value /= 1000;
    unit++;
  } while (Math.abs(value) >= 999.5 && unit < 4);
  return `${value.toFixed(Math.abs(value) < 10 ? 1 : 0)} ${['kB', 'MB', 'GB', 'TB', 'PB'][unit]}`;
}

/** @param {number | null | undefined} value 0 to 100 */
function percent(value) {
  if (typeof value !== 'number') return ABSENT;
  return `${value.toFixed(value >= 10 ? 0 : 1)} %`;
}

/** @param {string | null | undefined} iso ISO 8601 in UTC */
function time(iso) {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)/.exec(iso ?? '');
  return match ? `${match[1]} ${match[2]} UTC` : (iso ?? ABSENT);
}

/** @param {string | null | undefined} iso */
function timeOfDay(iso) {
  const match = /T(\d\d:\d\d:\d\d(?:\.\d{1,3})?)/.exec(iso ?? '');
  return match ? match[1] : (iso ?? ABSENT);
}

/** @typedef {{ url: string, line?: number | null, column?: number | null }} Place */

/**
 * @param {Place} place positions 1-based
 * @returns {string} file:line:column, as editors and terminals open it
 */
function location({ url, line, column }) {
  const file = pathOfUrl(url);
  // Positions count from 1: a zero stands for a function without source.
  if (!line || file === '') return file;
  return `${file}:${line}${typeof column === 'number' ? `:${column}` : ''}`;
}

/** @param {string} name */
const functionName = (name) => name || '(anonymous)';

module.exports = {
  bytes,
  count,
  counted,
  duration,
  functionName,
  location,
  percent,
  time,
  timeOfDay,
};
