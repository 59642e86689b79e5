/** What was seen of a program while it ran, put together from its live events: the report, whatever ended it. */

const { isInApp } = require('../replay/crash-file');

const MOST_EVENTS = 200;
const MOST_TARGETS = 100;

/**
 * @typedef {object} End
 * @property {number | null} code
 * @property {string | null} signal
 * @property {boolean} stopped by loopdet, after the time that was asked for
 */

/** @param {any} value @returns {number} */
const number = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
/** @param {any} value @returns {any[]} */
const list = (value) => (Array.isArray(value) ? value : []);

/** The innermost frame of the program, or whatever stands there. @param {any} event */
function frameOf(event) {
  const stack = list(event.stack);
  return stack.find(({ url }) => typeof url === 'string' && isInApp(url)) ?? stack[0] ?? null;
}

/** Sums by a key, in order of what comes first. @template T */
class Groups {
  /** @type {Map<string, T>} */
  #groups = new Map();

  /** @param {string} key @param {() => T} make @returns {T} */
  of(key, make) {
    const known = this.#groups.get(key);
    if (known) return known;
    const made = make();
    this.#groups.set(key, made);
    return made;
  }

  /** @returns {T[]} */
  all() {
    return [...this.#groups.values()];
  }
}

class ReportBuilder {
  #began = new Date();
  #startedAt = performance.now();
  /** @type {any[]} */
  #lags = [];
  /** @type {any[]} */
  #slow = [];
  /** @type {Groups<{functionName: string, url: string, line: number | null, count: number, totalMs: number, maxMs: number, causes: string[]}>} */
  #blockers = new Groups();
  /** @type {Groups<{kind: string, target: string, count: number, totalMs: number, maxMs: number, errors: number}>} */
  #targets = new Groups();
  #counts = { lag: 0, slowIo: 0 };
  #gc = { events: 0, totalMs: 0 };
  #pool = { events: 0, maxMs: 0 };
  /** @type {{first: any, last: any, maxRss: number, maxHeap: number} | null} */
  #memory = null;
  /** @type {string[]} */
  #files = [];
  /** @type {{code: string, message: string}[]} */
  #warnings = [];
  /** @type {any} */
  #crash = null;
  /** @type {any} */
  #summary = null;
  /** The last that was seen of a block that never ended. @type {any} */
  #stall = null;

  /** The process that is reported of; others that it started count only by what they did. @type {number | undefined} */
  pid;

  /** TABLE of what each event adds. @type {Record<string, (event: any) => void>} */
  #adders = {
    lag: (event) => this.#addLag(event),
    stall: (event) => {
      this.#stall = event;
    },
    'slow-io': (event) => this.#addSlow(event),
    gc: (event) => {
      this.#gc.events += 1;
      this.#gc.totalMs += number(event.durationMs);
    },
    memory: (event) => this.#addMemory(event),
    crash: (event) => {
      this.#files.push(event.file);
      if (this.#isMain(event)) this.#crash = event;
    },
    profile: (event) => this.#files.push(event.file),
    heap: (event) => this.#files.push(event.file),
    warning: ({ code, message }) => this.#warnings.push({ code, message }),
    summary: (event) => {
      if (this.#isMain(event)) this.#summary = event;
    },
  };

  /** @param {any} event */
  add(event) {
    this.#adders[event.event]?.(event);
  }

  /** Whether its own summary has come. */
  get isWhole() {
    return this.#summary !== null;
  }

  /** @param {any} event */
  #isMain({ pid, threadId }) {
    return threadId === 0 && (this.pid === undefined || pid === this.pid);
  }

  /** @param {any} event */
  #addLag(event) {
    this.#stall = null;
    this.#counts.lag += 1;
    if (this.#lags.length < MOST_EVENTS) this.#lags.push(event);
    const frame = frameOf(event);
    const { functionName = '', url = '', line = null } = frame ?? {};
    const group = this.#blockers.of(`${functionName}\n${url}`, () => ({
      ...{ functionName, url, line, count: 0, totalMs: 0, maxMs: 0 },
      causes: [],
    }));
    group.count += 1;
    group.totalMs += number(event.durationMs);
    group.maxMs = Math.max(group.maxMs, number(event.durationMs));
    if (!group.causes.includes(event.cause)) group.causes.push(event.cause);
  }

  /** @param {any} event */
  #addSlow(event) {
    this.#counts.slowIo += 1;
    if (this.#slow.length < MOST_EVENTS) this.#slow.push(event);
    const { kind, durationMs, error } = event;
    if (kind === 'pool') {
      this.#pool.events += 1;
      this.#pool.maxMs = Math.max(this.#pool.maxMs, number(durationMs));
      return;
    }
    const target = `${event.target ?? ''}`;
    const group = this.#targets.of(`${kind}\n${target}`, () => ({
      ...{ kind, target, count: 0, totalMs: 0, maxMs: 0, errors: 0 },
    }));
    group.count += 1;
    group.totalMs += number(durationMs);
    group.maxMs = Math.max(group.maxMs, number(durationMs));
    if (error !== undefined) group.errors += 1;
  }

  /** @param {any} event */
  #addMemory(event) {
    if (!this.#isMain(event)) return;
    const { rss, heapUsed, limit } = event;
    const sample = { rss, heapUsed, limit };
    this.#memory ??= { first: sample, last: sample, maxRss: 0, maxHeap: 0 };
    this.#memory.last = sample;
    this.#memory.maxRss = Math.max(this.#memory.maxRss, number(rss));
    this.#memory.maxHeap = Math.max(this.#memory.maxHeap, number(heapUsed));
  }

  /**
   * The report: see schema/report.schema.json.
   * @param {string[]} command
   * @param {End} end
   */
  build(command, { code, signal, stopped }) {
    const summary = this.#summary;
    const byTotal = (/** @type {{totalMs: number}} */ a, /** @type {{totalMs: number}} */ b) =>
      b.totalMs - a.totalMs;
    return {
      schemaVersion: 1,
      kind: 'report',
      complete: this.isWhole,
      command,
      pid: this.pid ?? null,
      startTime: this.#began.toISOString(),
      durationMs: summary?.durationMs ?? performance.now() - this.#startedAt,
      end: {
        ...{ code, signal, stopped },
        crash: this.#crash && { file: this.#crash.file, kind: this.#crash.kind },
      },
      lag: {
        thresholdMs: summary?.thresholdMs ?? null,
        count: this.#counts.lag,
        histogram: summary?.histogram ?? null,
        byFunction: this.#blockers.all().sort(byTotal).slice(0, MOST_TARGETS),
        events: this.#lags,
        unfinished: this.#stall,
      },
      io: {
        count: this.#counts.slowIo,
        byTarget: this.#targets.all().sort(byTotal).slice(0, MOST_TARGETS),
        slow: this.#slow,
      },
      threadPool: {
        ...(summary?.threadPool ?? { size: null, saturatedMs: null }),
        ...{ saturations: this.#pool.events, longestMs: this.#pool.maxMs },
      },
      gc: summary?.gc ?? null,
      memory: this.#memory && {
        before: summary?.memory.before ?? this.#memory.first,
        after: summary?.memory.after ?? this.#memory.last,
        maxRss: Math.max(this.#memory.maxRss, summary?.memory.after.rss ?? 0),
        maxHeapUsed: Math.max(this.#memory.maxHeap, summary?.memory.after.heapUsed ?? 0),
      },
      profile: summary?.profile ?? null,
      warnings: this.#warnings,
      files: this.#files,
    };
  }
}

module.exports = { ReportBuilder };
