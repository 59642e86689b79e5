'use strict';

const fs = require('node:fs');

/** Linux always reports CPU ticks to programs at 100 a second. */
const TICK_SECONDS = 0.01;

/** @param {string} file */
function readOptional(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return null; // no such process, thread or kernel feature
  }
}

/**
 * The fields of a `stat` file after the command name, which may itself hold spaces and brackets.
 * @param {string} text
 */
function statFields(text) {
  return text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
}

/**
 * CPU time of all processes that can be seen, each with its dead and reaped children, and what the
 * host of a virtual machine took away. (The totals in /proc/stat are no help: they are counted in
 * ticks, and miss or invent much of what short-lived processes use.)
 * @param {Set<number>} except process ids that are left out
 * @returns {number} seconds
 */
function othersCpuSeconds(except) {
  let ticks = Number(fs.readFileSync('/proc/stat', 'utf8').split('\n', 1)[0].split(/\s+/)[8]);
  for (const name of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || except.has(Number(name))) continue;
    const text = readOptional(`/proc/${name}/stat`);
    if (!text) continue; // ended meanwhile
    const fields = statFields(text);
    ticks += fields[11] + fields[12] + fields[13] + fields[14];
  }
  return ticks * TICK_SECONDS;
}

/**
 * @typedef {object} ThreadUse
 * @property {number} tid
 * @property {string} name
 * @property {number} cpuSeconds
 * @property {boolean} exact true: schedstat, in nanoseconds; false: ticks of 10 ms
 * @property {number} voluntarySwitches
 */

/**
 * @param {number} pid
 * @returns {ThreadUse[]} the main thread first
 */
function threadUse(pid) {
  const threads = [];
  for (const tid of fs.readdirSync(`/proc/${pid}/task`).map(Number)) {
    const folder = `/proc/${pid}/task/${tid}`;
    const stat = readOptional(`${folder}/stat`);
    const status = readOptional(`${folder}/status`);
    const name = readOptional(`${folder}/comm`);
    if (stat === null || status === null || name === null) continue; // ended meanwhile
    const exact = readOptional(`${folder}/schedstat`);
    const fields = statFields(stat);
    threads.push({
      tid,
      name: name.trim(),
      cpuSeconds: exact
        ? Number(exact.split(' ')[0]) / 1e9
        : (fields[11] + fields[12]) * TICK_SECONDS,
      exact: exact !== null,
      voluntarySwitches: statusNumber(status, 'voluntary_ctxt_switches'),
    });
  }
  return threads.sort((a, b) => a.tid - b.tid);
}

/**
 * @param {number} pid
 * @returns {number} seconds, of all threads that are alive
 */
function threadsCpuSeconds(pid) {
  return threadUse(pid).reduce((sum, thread) => sum + thread.cpuSeconds, 0);
}

/**
 * @param {string} status
 * @param {string} key
 */
function statusNumber(status, key) {
  const line = status.split('\n').find((candidate) => candidate.startsWith(`${key}:`));
  return line ? Number.parseInt(line.slice(key.length + 1), 10) : 0;
}

/**
 * @param {number} pid
 * @returns {{rssBytes: number, anonymousBytes: number}}
 */
function memoryUse(pid) {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  return {
    rssBytes: statusNumber(status, 'VmRSS') * 1024,
    anonymousBytes: statusNumber(status, 'RssAnon') * 1024,
  };
}

/**
 * The first CPUs that this process may use.
 * @returns {number[]}
 */
function allowedCpus() {
  const status = readOptional('/proc/self/status') ?? '';
  const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(status)?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [from, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

module.exports = {
  allowedCpus,
  memoryUse,
  othersCpuSeconds,
  threadUse,
  threadsCpuSeconds,
};
