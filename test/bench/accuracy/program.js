'use strict';

// Serves a few requests, blocks its loop from time to time and notes when: the truth that tools are held against.
// program.js '{"seconds", "seed", "kinds", "pipe"}'; the process beside it (outside.js) is asked over the message channel.

const fs = require('node:fs');
const http = require('node:http');
const { PerformanceObserver } = require('node:perf_hooks');
const { findKind } = require('./kinds');
const { endOfTool } = require('./inside');
const { makeRandom, shuffled } = require('./random');
const { monotonicNow } = require('./spin');

/** Short ones twice as often. */
const LENGTHS = [25, 25, 30, 30, 50, 50, 60, 60, 100, 100, 120, 120, 300, 500, 1000, 2000];
/** Between two blocks the loop settles. */
const CALM_MS = 150;
const CALM_MORE_MS = 100;
/** What tools tell late. */
const AFTERWARDS_MS = 1500;
const MOST_BLOCKS = 10_000;

const { seconds, seed, kinds: names, pipe } = JSON.parse(process.argv[2]);
const random = makeRandom(seed);
/** @type {import('./types').Kind[]} */
const kinds = names.map(findKind);

// Notes are stores into arrays that are there already: a tool must not be disturbed.
const notes = Array.from({ length: MOST_BLOCKS }, () => ({
  kind: '',
  wantedMs: 0,
  began: 0,
  ended: 0,
  waitedAtBegin: 0,
  waitedAtEnd: 0,
  elsewhere: false,
}));
let count = 0;
/** @type {{from: number, to: number}[]} */
const collections = [];
/** @type {(() => void) | null} */
let requestHandler = null;

const schedule = fs.openSync('/proc/self/schedstat', 'r');
const text = Buffer.alloc(64);
/** Milliseconds that this thread was ready to run, and others had the CPU. */
function waited() {
  const length = fs.readSync(schedule, text, 0, text.length, 0);
  return Number(text.toString('latin1', 0, length).split(' ')[1]) / 1e6;
}

/** @type {import('./types').Program} */
const program = {
  pipe,
  ask: (request) => void process.send?.(request),
  onNextRequest(handler) {
    requestHandler = handler;
  },
};

/** @type {import('./types').Block} */
const block = {
  begin() {
    notes[count].waitedAtBegin = waited();
    notes[count].began = monotonicNow();
  },
  end() {
    notes[count].ended = monotonicNow();
    notes[count].waitedAtEnd = waited();
    block.over();
  },
  elsewhere() {
    notes[count].elsewhere = true;
    notes[count].waitedAtBegin = notes[count].waitedAtEnd = waited();
  },
  over() {
    count++;
    setTimeout(next, CALM_MS + random() * CALM_MORE_MS);
  },
};

/** @type {{kind: import('./types').Kind, lengths: number[]}[]} */
let round = [];
const lengthsLeft = new Map(names.map((/** @type {string} */ name) => [name, []]));

/** @param {import('./types').Kind} kind */
function nextLength({ name, shortestMs = 0, longestMs = Infinity }) {
  let left = lengthsLeft.get(name);
  if (left.length === 0) {
    left = shuffled(
      LENGTHS.filter((ms) => ms >= shortestMs && ms <= longestMs),
      random,
    );
    lengthsLeft.set(name, left);
  }
  return left.pop();
}

let began = 0;
function next() {
  if (monotonicNow() - began > seconds * 1000 || count === MOST_BLOCKS) {
    return void setTimeout(finish, AFTERWARDS_MS, monotonicNow());
  }
  if (round.length === 0) round = shuffled(kinds, random);
  const kind = round.pop();
  const ms = nextLength(kind);
  notes[count].kind = kind.name;
  notes[count].wantedMs = ms;
  kind.start(ms, block, program);
}

/** @param {number} ended */
function finish(ended) {
  const reports = endOfTool();
  const output = { began, ended, notes: notes.slice(0, count), collections, reports };
  process.stdout.write(JSON.stringify(output), () => process.exit());
}

const server = http.createServer((_request, response) => {
  if (requestHandler) {
    const handler = requestHandler;
    requestHandler = null;
    handler();
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ orders: Array.from({ length: 20 }, (_, id) => ({ id })) }));
});

async function main() {
  for (const kind of kinds) await kind.prepare?.(program);
  new PerformanceObserver((list) => {
    const origin = monotonicNow() - performance.now();
    for (const { startTime, duration } of list.getEntries()) {
      collections.push({ from: origin + startTime, to: origin + startTime + duration });
    }
  }).observe({ entryTypes: ['gc'] });
  server.listen(0, '127.0.0.1', () => {
    process.send?.({ port: server.address().port });
    // What belongs to the start is over before the first block.
    setTimeout(() => {
      began = monotonicNow();
      next();
    }, 1500);
  });
}

process.on('message', () => {}); // keeps the channel
main();
