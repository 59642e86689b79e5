'use strict';

// One run of the program with one tool, from outside.

const path = require('node:path');
const { PROGRAM_CPU, cleanEnvironment } = require('../lib/processes');
const { overlapOf } = require('./match');
const { monotonicNow } = require('./spin');

/** @typedef {import('./types').Run} Run */
/** @typedef {import('./types').Tool} Tool */
/** @typedef {InstanceType<typeof import('./outside')['Outside']>} Outside */
/** @typedef {InstanceType<typeof import('../lib/processes')['Processes']>} Processes */

const PROGRAM = path.join(__dirname, 'program.js');
const INSIDE = path.join(__dirname, 'inside.js');
const START_AND_END_MS = 60_000;

/**
 * @param {Tool} tool
 * @param {{node: string, root: string, seconds: number, seed: number, kinds: string[]}} options
 * @param {Processes} processes
 * @param {Outside} outside
 * @returns {Promise<Run>}
 */
async function runTool(tool, { node, root, seconds, seed, kinds }, processes, outside) {
  const listener = await tool.listen?.(root);
  try {
    const given = JSON.stringify({ seconds, seed, kinds, pipe: outside.pipe });
    const flags = ['--expose-gc', ...(listener?.execArgv ?? []), '--require', INSIDE];
    const [file, argv] = outside.command(node, [...flags, PROGRAM, given]);
    const env = { ...cleanEnvironment(), ...listener?.env, ACCURACY_TOOL: tool.name };
    const limitMs = seconds * 1000 + START_AND_END_MS;
    const started = processes.start(file, argv, env, { cpu: PROGRAM_CPU, ipc: true, limitMs });
    const { child } = started;
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
    });
    if (listener?.onLine) readLines(/** @type {any} */ (child.stderr), listener.onLine);
    child.on('message', (/** @type {any} */ message) => {
      if (message.port) outside.begin(started.pid, message.port);
      else if (message.action) outside.do(message);
    });
    const { code, signal } = await started.ended;
    outside.end();
    if (code !== 0)
      throw new Error(`the program ended with ${signal ?? code}: ${started.stderr()}`);
    const output = JSON.parse(text);
    await processes.finish(started);
    const reports = listener ? listener.reports() : output.reports;
    return truthOf(output, reports, listener?.early() ?? [], outside);
  } finally {
    outside.end();
    await listener?.close();
  }
}

/**
 * @param {NodeJS.ReadableStream} stream
 * @param {(line: string, at: number) => void} onLine
 */
function readLines(stream, onLine) {
  let rest = '';
  stream.on('data', (/** @type {string} */ chunk) => {
    const at = monotonicNow();
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line, at);
  });
}

/**
 * Puts together what the program noted and what was done to it.
 * @param {any} output
 * @param {import('./types').Report[]} reports
 * @param {import('./types').Early[]} early
 * @param {Outside} outside
 * @returns {Run}
 */
function truthOf({ began, ended, notes, collections }, reports, early, { actions, pauses }) {
  const stops = actions.filter(({ action }) => action === 'stop');
  const throttles = actions.filter(({ action }) => action === 'throttle');
  // What happened elsewhere happened after the note, and before the next one.
  for (const [index, note] of notes.entries()) {
    if (!note.elsewhere) continue;
    const previous = index === 0 ? began : notes[index - 1].ended;
    const stop = stops.find(({ from }) => from > previous);
    note.began = stop?.from ?? previous;
    note.ended = stop?.to ?? previous;
  }
  const gaps = notes.map((/** @type {any} */ note, /** @type {number} */ index) => {
    const before = notes[index - 1];
    return {
      from: before ? before.ended : began,
      to: note.began,
      waitMs: before ? note.waitedAtBegin - before.waitedAtEnd : 0,
    };
  });
  const common = (/** @type {{from: number, to: number}[]} */ list, /** @type {any} */ note) =>
    list.reduce(
      (sum, one) => sum + Math.max(0, overlapOf(one, { from: note.began, to: note.ended })),
      0,
    );
  const blocks = notes.map((/** @type {any} */ note, /** @type {number} */ index) => ({
    kind: note.kind,
    wantedMs: note.wantedMs,
    began: note.began,
    ended: note.ended,
    waitMs: note.waitedAtEnd - note.waitedAtBegin,
    aroundMs: gaps[index].waitMs + (gaps[index + 1]?.waitMs ?? 0),
    gcMs: common(collections, note),
    stoppedMs: common(stops, note),
    throttledMs: throttles
      .filter((one) => overlapOf(one, { from: note.began, to: note.ended }) > 0)
      .reduce((sum, one) => sum + one.throttledMs, 0),
  }));
  return { began, ended, blocks, reports, early, gaps, pauses, collections };
}

module.exports = { runTool };
