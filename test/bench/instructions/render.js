'use strict';

const { findArm } = require('../lib/arms');
const { PARTS, steady } = require('./cachegrind');

/**
 * Of one workload on one Node. All numbers are instructions for an operation.
 * @typedef {object} Result
 * @property {string} workload
 * @property {string} arm
 * @property {string} nodeVersion
 * @property {string} date
 * @property {string | null} addon
 * @property {Record<string, number>} bare by part
 * @property {Record<string, number>} with likewise
 * @property {[string, number][]} functions that take the most more than in bare Node
 */

/** What is shown of a function's name: C++ has long ones. */
const MAX_NAME = 100;

/** @param {number} number */
const whole = (number) => Math.round(number).toLocaleString('en-US');

/** @param {number} number */
const signed = (number) => (number < 0 ? `-${whole(-number)}` : `+${whole(number)}`);

/** @param {string} name of cachegrind */
function nameOf(name) {
  if (name.startsWith('???')) return 'compiled JavaScript';
  const plain = name.replace(/\(.*$/, '').replace(/^(void|bool|int|unsigned \w+) /, '');
  return plain.length > MAX_NAME ? `${plain.slice(0, MAX_NAME)}…` : plain;
}

/** @param {Result} result */
function cellsOf({ workload, arm, nodeVersion, bare, with: counted }) {
  const before = steady(bare);
  const after = steady(counted);
  const parts = PARTS.map(({ part }) => signed(counted[part] - bare[part]));
  const ratio = (before / after).toFixed(3);
  return [nodeVersion, workload, findArm(arm).title, whole(before), whole(after), ratio, ...parts];
}

const HEADINGS = [
  'Node',
  'workload',
  'with',
  'bare',
  'with it',
  'ratio',
  ...PARTS.map(({ part }) => part),
];

/** @param {Result} result */
function renderText(result) {
  const cells = cellsOf(result).map((cell, at) => `${HEADINGS[at]} ${cell}`);
  const functions = result.functions.map(
    ([name, count]) => `  ${signed(count).padStart(8)} ${nameOf(name)}`,
  );
  return `${cells.join(', ')}\n${functions.join('\n')}\n`;
}

/** @param {Result[]} results */
function renderReport(results) {
  const byName = [...results].sort(
    (a, b) =>
      a.nodeVersion.localeCompare(b.nodeVersion) || a.workload.localeCompare(b.workload) || 0,
  );
  const row = (/** @type {string[]} */ cells) => `| ${cells.join(' | ')} |`;
  const functions = byName.map(
    ({ nodeVersion, workload, arm, functions: list }) =>
      `### ${workload}, ${findArm(arm).title}, Node ${nodeVersion}\n\n` +
      row(['instructions', 'function']) +
      `\n| ---: | --- |\n${list.map(([name, count]) => row([signed(count), `\`${nameOf(name)}\``])).join('\n')}`,
  );
  return `# Instructions

Written by \`node test/bench/instructions.js --report\`; do not edit. How many instructions of the CPU an operation (a request,
a call) takes in user mode, by valgrind's cachegrind: what a program does in its second half, when V8 has compiled most of
it. "ratio" is bare Node's count by ours, as a throughput would be if an instruction always took the same time and the
kernel none; both without V8's compiler and memory, which come in lumps. The profile is off: it goes by time. The columns
from "${PARTS[0].part}" on have what is added. Raw counts: \`instructions.json\`.

${row(HEADINGS)}
${row(HEADINGS.map((_, at) => (at < 3 ? '---' : '---:')))}
${byName.map((result) => row(cellsOf(result))).join('\n')}

## Where

The functions with the most instructions added. \`compiled JavaScript\` is the program's, Node's and ours.

${functions.join('\n\n')}
`;
}

module.exports = { renderReport, renderText };
