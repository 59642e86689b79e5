/** What was seen of a program while it ran, put together from its live events: the report, whatever ended it. */

const { isInApp } = require('../replay/crash-file');

const MOST_EVENTS = 200;
const MOST_TARGETS = 100;

/**
 * @typedef {object} End
 * @property {number | null} code
 * @property {string | null} signal
 * @property {boolean} stopped by loopdet, after the time that was asked for
 * @property {boolean} [goesOn] it was only watched for a while
 *
 * @typedef {object} OfProcess
 * @property {{first: any, last: any, maxRss: number, maxHeap: number} | null} memory
 * @property {{file: string, kind: string} | null} crash
 * @property {any} summary
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
  /** @type {string[]} */
  #files = [];
  /** @type {{code: string, message: string}[]} */
  #warnings = [];
  /** What each process said of itself, in the order in which they spoke first. @type {Map<number, OfProcess>} */
  #processes = new Map();
  /** The last that was seen of a block that never ended. @type {any} */
  #stall = null;

  /** The process that was started, if that is Node itself and not what starts it. @type {number | undefined} */
  pid;
  /** The thread that is reported of: its summary, its memory and its end. */
  threadId = 0;

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
      this.#ofProcess(event).crash ??= { file: event.file, kind: event.kind };
    },
    profile: (event) => this.#files.push(event.file),
    heap: (event) => this.#files.push(event.file),
    warning: ({ code, message }) => this.#warnings.push({ code, message }),
    summary: (event) => {
      this.#ofProcess(event).summary = event;
    },
  };

  /** For the next period of the same program. */
  next() {
    const next = new ReportBuilder();
    next.pid = this.pid;
    next.threadId = this.threadId;
    return next;
  }

  /** @param {any} event */
  add(event) {
    this.#adders[event.event]?.(event);
  }

  /** Whether the summary of the process that is reported of has come. */
  get isWhole() {
    return this.#main()[1].summary !== null;
  }

  /** @param {any} event @returns {OfProcess} */
  #ofProcess({ pid, threadId }) {
    // Another thread's memory and end are not this one's.
    const key = threadId === this.threadId ? pid : -1;
    const known = this.#processes.get(key);
    if (known) return known;
    const made = { memory: null, crash: null, summary: null };
    this.#processes.set(key, made);
    return made;
  }

  /** The process that is reported of: what npm or a shell has started, and not npm. @returns {[number | null, OfProcess]} */
  #main() {
    const all = [...this.#processes].filter(([pid]) => pid !== -1);
    const started = all.find(([pid]) => pid === this.pid);
    const parents = new Set(all.map(([, { summary }]) => summary?.ppid));
    // A shell may stand between them.
    const last = all.findLast(([pid, { summary }]) => summary && !parents.has(pid));
    return started ?? last ?? all.at(-1) ?? [null, { memory: null, crash: null, summary: null }];
  }

  /** @param {any} event */
  #addLag(event) {
    this.#stall = null;
    this.#counts.lag += 1;
    if (this.#lags.length < MOST_EVENTS) this.#lags.push(event);
    const frame = frameOf(event);
    const { functionName = '', url = '', line = null } = frame ?? {};
    // Nameless functions are told apart by the line they are at.
    const group = this.#blockers.of(`${functionName || line}\n${url}`, () => ({
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
    const { rss, heapUsed, limit } = event;
    const sample = { rss, heapUsed, limit };
    const one = this.#ofProcess(event);
    one.memory ??= { first: sample, last: sample, maxRss: 0, maxHeap: 0 };
    one.memory.last = sample;
    one.memory.maxRss = Math.max(one.memory.maxRss, number(rss));
    one.memory.maxHeap = Math.max(one.memory.maxHeap, number(heapUsed));
  }

  /**
   * The report: see schema/report.schema.json.
   * @param {string[]} command
   * @param {End} end
   */
  build(command, { code, signal, stopped, goesOn = false }) {
    const [pid, { summary, memory, crash }] = this.#main();
    const byTotal = (/** @type {{totalMs: number}} */ a, /** @type {{totalMs: number}} */ b) =>
      b.totalMs - a.totalMs;
    return {
      schemaVersion: 1,
      kind: 'report',
      complete: summary !== null,
      command,
      pid: this.pid ?? pid,
      startTime: this.#began.toISOString(),
      durationMs: summary?.durationMs ?? performance.now() - this.#startedAt,
      end: {
        // Of a process that is nobody's child only it itself can tell.
        code: code ?? (signal === null && !goesOn ? (summary?.exitCode ?? null) : null),
        ...{ signal, stopped, goesOn, crash },
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
      memory: memory && {
        before: summary?.memory.before ?? memory.first,
        after: summary?.memory.after ?? memory.last,
        maxRss: Math.max(memory.maxRss, summary?.memory.after.rss ?? 0),
        maxHeapUsed: Math.max(memory.maxHeap, summary?.memory.after.heapUsed ?? 0),
      },
      heap: summary?.heap ?? null,
      profile: summary?.profile ?? null,
      warnings: this.#warnings,
      files: this.#files,
    };
  }
}

module.exports = { ReportBuilder };
