const { failed } = require('../../../replay/crash-file');
const format = require('../format');
const { operationText, stackLines } = require('../stack');
const { padStart, printable, wrap } = require('../text');

const MOST_STACKS = 5;
const MOST_ENTRIES = 10;
const NO_STACK = 'no stack: of further places, or of code that did not answer';

/** What each cause means to somebody who reads it for the first time. @type {Record<string, string>} */
const MEANINGS = {
  js: 'JavaScript was running',
  gc: 'the garbage collector was running',
  syscall: 'the thread was blocked in a system call',
  native: 'native code was running',
  starved: 'the thread was ready but got no CPU',
  throttled: 'the CPU quota of the container was used up',
  stopped: 'the process was stopped or the machine suspended',
  unknown: 'could not be told',
};

/** @type {[string, string][]} */
const ACCOUNTS = [
  ['cpuMs', 'on a CPU'],
  ['gcMs', 'of it garbage collection'],
  ['runQueueMs', 'waiting for a CPU'],
  ['throttledMs', 'throttled'],
  ['stoppedMs', 'stopped'],
];

/**
 * The turn that had not ended: why, and where.
 * @type {import('./index').Section['render']}
 */
function render({ type, document }, paper, { all }) {
  const { stall } = document;
  if (stall === null) return null;
  if (failed(stall)) {
    return type === 'stall' ? { lines: [`  ${printable(stall.error)}`] } : null;
  }
  const cause = stall.cause ?? 'unknown';
  const meaning = Object.hasOwn(MEANINGS, cause) ? MEANINGS[cause] : '';
  const lines = [...fact(paper, 'cause', `${cause}${meaning && `: ${meaning}`}`)];
  if (stall.syscall) {
    const { name, target } = stall.syscall;
    lines.push(...fact(paper, 'system call', `${name}${target ? `  on ${target}` : ''}`));
  }
  for (const operation of stall.io ?? []) {
    const time = format.duration(operation.durationMs);
    lines.push(...fact(paper, 'operation', `${operationText(operation)}  (${time})`));
  }
  if (stall.native?.length) lines.push(...fact(paper, 'native', stall.native.join(' < ')));
  if (stall.accounting) lines.push(...accountLines(stall.accounting, paper));
  lines.push(...sampleLines(stall.samples, paper, all));
  const took = stall.durationMs ?? stall.sinceMs;
  const ongoing = typeof stall.durationMs !== 'number';
  return { aside: ongoing ? `for ${format.duration(took)} so far` : format.duration(took), lines };
}

/**
 * @param {import('../paper').Paper} paper
 * @param {string} name
 * @param {string} text
 */
function fact(paper, name, text) {
  const label = `  ${name.padEnd(12)} `;
  return wrap(printable(text), paper.columns - label.length, 3).map((line, index) =>
    index === 0 ? paper.style.dim(label) + line : ' '.repeat(label.length) + line,
  );
}

/**
 * @param {any} accounting milliseconds
 * @param {import('../paper').Paper} paper
 */
function accountLines(accounting, paper) {
  const wall = accounting.wallMs;
  return ACCOUNTS.filter(
    ([name]) => typeof accounting[name] === 'number' && accounting[name] > 0,
  ).map(([name, meaning], index) => {
    const label = paper.style.dim((index === 0 ? 'time' : '').padEnd(12));
    const time = padStart(format.duration(accounting[name]), 10);
    const bar = paper.gauge(accounting[name] / wall, 20, paper.style.yellow);
    return `  ${label} ${time}  ${bar}  ${meaning}`;
  });
}

/**
 * @param {any[]} samples
 * @param {import('../paper').Paper} paper
 * @param {boolean} all
 */
function sampleLines(samples, paper, all) {
  const { style } = paper;
  const sorted = [...samples].sort((a, b) => (b.count ?? 0) - (a.count ?? 0));
  const total = sorted.reduce((sum, sample) => sum + (sample.count ?? 0), 0);
  const limit = all ? sorted.length : MOST_STACKS;
  const lines = [];
  for (const { count, stack } of sorted.slice(0, limit)) {
    const share = format.percent((100 * (count ?? 0)) / (total || 1));
    const bar = paper.gauge((count ?? 0) / (total || 1), 20, style.red);
    lines.push(
      '',
      `  ${style.bold(share)} ${style.dim(`(${format.counted(count, 'sample')})`)} ${bar}`,
    );
    lines.push(...stackLines(paper, stack, { indent: '    ', limit: all ? 1000 : MOST_ENTRIES }));
    if (stack.length === 0) lines.push(style.dim(`    ${NO_STACK}`));
  }
  if (sorted.length > limit) {
    lines.push('', style.dim(`  … ${sorted.length - limit} more stacks (--all shows them)`));
  }
  if (sorted.length === 0) lines.push(style.dim('  no JavaScript stack could be sampled'));
  return lines;
}

module.exports = { title: 'Stall', render };
