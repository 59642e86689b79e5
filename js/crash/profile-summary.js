'use strict';

const { fileURLToPath, ownFolder, readFileSync, statSync } = require('../builtins.js');

const TOP = 20;

/**
 * @typedef {object} FunctionTime
 * @property {string} functionName
 * @property {string} url
 * @property {number | null} line from 1; null for V8's own, which have no file
 * @property {number} selfMs
 * @property {number} percent of the time that was not idle
 */

/**
 * @typedef {object} Pattern
 * @property {string} name
 * @property {number} percent of the busy time
 * @property {string} evidence
 * @property {string} advice
 */

/** @typedef {{functionName: string, url: string, lineNumber: number, columnNumber: number, scriptId: string}} CallFrame */

// Node's own synchronous calls, by module. A user's function of the same name lives in another file.
const SYNC_IO = /^node:(fs|child_process|internal\/fs\/.*|internal\/child_process)$/;
const CRYPTO = /^node:(crypto|internal\/crypto\/.*)$/;

/**
 * One row per pattern of the reference detective: which samples count, from which share on it is worth saying, and
 * what to do. A sample counts if its own function matches, or one of Node's own that it was called through, or if the
 * source line it was taken on matches `line`.
 * @type {{name: string, atLeast: number, line?: RegExp, matches: (leaf: CallFrame, callers: CallFrame[]) => boolean, advice: string}[]}
 */
const PATTERNS = [
  {
    name: 'json-heavy',
    atLeast: 15,
    // JSON's functions have no frame of their own in a profile: the time is their caller's, on the line of the call.
    line: /\bJSON\s*\.\s*(?:parse|stringify)\s*\(/,
    matches: () => false,
    advice: 'Parse or write smaller documents, stream them, or move the work to a worker thread.',
  },
  {
    name: 'regex-heavy',
    atLeast: 15,
    // Of one that was compiled before the profile began V8 says only that it is one.
    matches: ({ url, functionName }) =>
      url === '' &&
      (functionName.startsWith('RegExp: ') || functionName === 'Regular expression code'),
    advice: 'Look for nested quantifiers that backtrack, and bound the length of what is matched.',
  },
  {
    name: 'gc-pressure',
    atLeast: 10,
    matches: (leaf) => leaf.functionName === '(garbage collector)',
    advice: 'Allocate less per request, reuse buffers, and look for caches that grow.',
  },
  {
    name: 'sync-io',
    atLeast: 5,
    matches: (leaf, callers) =>
      [leaf, ...callers].some(
        (frame) => SYNC_IO.test(frame.url) && /Sync$/.test(frame.functionName),
      ),
    advice: 'Use the asynchronous call: the loop serves nobody while a Sync call waits.',
  },
  {
    name: 'crypto-heavy',
    atLeast: 10,
    matches: (leaf, callers) => [leaf, ...callers].some((frame) => CRYPTO.test(frame.url)),
    advice: 'Use the asynchronous variants, which run in the thread pool.',
  },
];

/** @type {Map<string, string[]>} url to lines, of the files that took time */
const sourceLines = new Map();
const MAX_SOURCE_FILES = 10;
const MAX_SOURCE_BYTES = 2 * 1024 * 1024;

/** @param {string} url @returns {string[]} */
function linesOf(url) {
  const known = sourceLines.get(url);
  if (known) return known;
  /** @type {string[]} */
  let lines = [];
  try {
    const file = url.startsWith('file://') ? fileURLToPath(url) : url;
    const readable = file.startsWith('/') && sourceLines.size < MAX_SOURCE_FILES;
    if (readable && statSync(file).size <= MAX_SOURCE_BYTES)
      lines = readFileSync(file, 'utf8').split('\n');
  } catch {
    // Code that is not in a file, or no longer.
  }
  sourceLines.set(url, lines);
  return lines;
}

/**
 * Which share of a node's samples was taken on lines that match.
 * @param {{callFrame: CallFrame, positionTicks?: {line: number, ticks: number}[]}} node
 * @param {RegExp} pattern
 */
function shareOfLines({ callFrame, positionTicks = [] }, pattern) {
  const lines = positionTicks.length > 0 ? linesOf(callFrame.url) : [];
  let all = 0;
  let matching = 0;
  for (const { line, ticks } of positionTicks) {
    all += ticks;
    if (pattern.test(lines[line - 1] ?? '')) matching += ticks;
  }
  return all === 0 ? 0 : matching / all;
}

const CPU_HOG_PERCENT = 40;

/**
 * Time per node of a profile, in microseconds: a sample stands for the time until the next one.
 * @param {any} profile Profiler.Profile
 * @param {number} [from] microseconds of V8's clock
 * @param {number} [to]
 * @returns {Map<number, number>}
 */
function selfTimes(profile, from = -Infinity, to = Infinity) {
  /** @type {Map<number, number>} */
  const times = new Map();
  let at = profile.startTime;
  for (const [i, id] of profile.samples.entries()) {
    at += profile.timeDeltas[i];
    const next = profile.timeDeltas[i + 1] ?? Math.max(profile.endTime - at, 0);
    const begin = Math.max(at, from);
    const end = Math.min(at + next, to);
    if (end > begin) times.set(id, (times.get(id) ?? 0) + end - begin);
  }
  return times;
}

/** @param {any} profile */
function indexNodes(profile) {
  /** @type {Map<number, {callFrame: CallFrame, parent: number | null, positionTicks?: {line: number, ticks: number}[]}>} */
  const nodes = new Map();
  for (const node of profile.nodes) nodes.set(node.id, { ...node, parent: null });
  for (const node of profile.nodes) {
    for (const child of node.children ?? []) {
      const entry = nodes.get(child);
      if (entry) entry.parent = node.id;
    }
  }
  return nodes;
}

/** @param {ReturnType<typeof indexNodes>} nodes @param {number} id innermost first, without V8's root */
function stackOf(nodes, id) {
  const stack = [];
  for (let node = nodes.get(id); node && node.parent !== null; node = nodes.get(node.parent))
    stack.push(node);
  return stack;
}

// What the recorder itself does (a window ends, a crash is read) is not the program's work.

/** @param {ReturnType<typeof indexNodes>} nodes @param {number} id */
function isOurs(nodes, id) {
  return stackOf(nodes, id).some(({ callFrame }) => callFrame.url.startsWith(ownFolder()));
}

const NOT_CODE = new Set(['(root)', '(idle)', '(program)']);

/**
 * The crash file's `profile` section but for `file`.
 * @param {any} profile Profiler.Profile
 */
function summarise(profile) {
  const nodes = indexNodes(profile);
  const times = selfTimes(profile);
  /** @type {Map<string, FunctionTime>} */
  const functions = new Map();
  const matched = PATTERNS.map(() => 0);
  let busy = 0;
  for (const [id, micros] of times) {
    const node = nodes.get(id);
    if (!node || node.callFrame.functionName === '(idle)' || isOurs(nodes, id)) continue;
    busy += micros;
    const { functionName, url, lineNumber } = node.callFrame;
    if (NOT_CODE.has(functionName)) continue;
    const key = `${functionName}\n${url}\n${lineNumber}`;
    const line = lineNumber < 0 ? null : lineNumber + 1;
    const entry = functions.get(key) ?? { functionName, url, line, selfMs: 0, percent: 0 };
    entry.selfMs += micros / 1000;
    functions.set(key, entry);
    const callers = stackOf(nodes, id)
      .slice(1)
      .map((caller) => caller.callFrame);
    for (const [i, pattern] of PATTERNS.entries()) {
      if (pattern.matches(node.callFrame, callers)) matched[i] += micros;
      else if (pattern.line) matched[i] += micros * shareOfLines(node, pattern.line);
    }
  }
  const percent = (/** @type {number} */ part) =>
    busy === 0 ? 0 : Math.round((part / busy) * 1000) / 10;
  const topFunctions = [...functions.values()].sort((a, b) => b.selfMs - a.selfMs).slice(0, TOP);
  for (const entry of topFunctions) {
    entry.percent = percent(entry.selfMs * 1000);
    entry.selfMs = Math.round(entry.selfMs * 1000) / 1000;
  }
  return {
    durationMs: (profile.endTime - profile.startTime) / 1000,
    samples: profile.samples.length,
    topFunctions,
    patterns: findPatterns(topFunctions, matched.map(percent), busy / 1000),
  };
}

// A few samples say nothing.
const MIN_BUSY_MS = 100;

/** @param {FunctionTime[]} top @param {number[]} percents of PATTERNS @param {number} busyMs @returns {Pattern[]} */
function findPatterns(top, percents, busyMs) {
  if (busyMs < MIN_BUSY_MS) return [];
  /** @type {Pattern[]} */
  const found = [];
  const hog = top.find((entry) => entry.url !== '' && !entry.url.startsWith('node:'));
  if (hog && hog.percent >= CPU_HOG_PERCENT) {
    found.push({
      name: 'cpu-hog',
      percent: hog.percent,
      evidence: `${hog.functionName || '(anonymous)'} (${hog.url}:${hog.line}) took ${hog.percent} % of the busy time`,
      advice: 'Split the work, cache its result, or move it to a worker thread.',
    });
  }
  for (const [i, { name, atLeast, advice }] of PATTERNS.entries()) {
    if (percents[i] < atLeast) continue;
    found.push({
      name,
      percent: percents[i],
      evidence: `${percents[i]} % of the busy time`,
      advice,
    });
  }
  return found.sort((a, b) => b.percent - a.percent);
}

/**
 * The stack that took most of a stretch of time, innermost first. The innermost frame has the line that ran; callers
 * have the line where their function begins, which is all a profile knows.
 * @param {string} text of a profile
 * @param {number} from microseconds of V8's clock
 * @param {number} to
 * @returns {import('./stack-text.js').StackEntry[]} empty if the profile began when most of it was over
 */
function mainStackBetween(text, from, to) {
  const profile = JSON.parse(text);
  if (profile.startTime - from > (Math.min(to, profile.endTime) - from) / 2) return [];
  const nodes = indexNodes(profile);
  let best = 0;
  let longest = 0;
  for (const [id, micros] of selfTimes(profile, from, to)) {
    const name = nodes.get(id)?.callFrame.functionName ?? '';
    if (micros > longest && !NOT_CODE.has(name) && !isOurs(nodes, id)) {
      longest = micros;
      best = id;
    }
  }
  return stackOf(nodes, best).map(({ callFrame, positionTicks }, depth) => ({
    functionName: callFrame.functionName,
    // A profile has file: URLs where a stack has the paths of CommonJS modules.
    url: callFrame.url.startsWith('file://') ? fileURLToPath(callFrame.url) : callFrame.url,
    line: (depth === 0 && mostTicked(positionTicks)) || callFrame.lineNumber + 1,
    column: depth === 0 ? 1 : callFrame.columnNumber + 1,
  }));
}

/** @param {{line: number, ticks: number}[] | undefined} ticks */
function mostTicked(ticks) {
  return ticks?.reduce((best, one) => (one.ticks > best.ticks ? one : best), { line: 0, ticks: 0 })
    .line;
}

module.exports = { summarise, mainStackBetween };
