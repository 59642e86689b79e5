'use strict';

const { fromCaller, noteStack, readStack } = require('./call-stack.js');
const { KIND_NAMES } = require('./kinds.js');

// Of the slow operations, the newest are kept for a crash file.
const MAX_RECENT = 100;
// Noting where the program is takes up to 7 microseconds and half a kilobyte. A thousand times a second that is 0.7 % of
// the time; a program that does more shows, for those beyond, who began the last noted operation on the same target.
const STACKS_PER_TURN = 10;
const TURN_MS = 10;
const MAX_HELD_STACKS = 2000;
const MAX_CALLERS = 500;
// Slow operations that end before the loop can turn; a program that has more is told of these.
const MAX_ENDED = 200000;
// A token's lower bits are its slot (IoTable::kIndexBits).
const SLOTS = 2 ** 17;

// Before the program can replace it.
const { then } = Promise.prototype;

/** @typedef {import('./call-stack.js').StackEntry} StackEntry */

/**
 * An operation that has begun. Small: a hundred thousand may be under way.
 */
class Operation {
  /** @param {number} kind @param {string} method @param {string} target @param {number} token */
  constructor(kind, method, target, token) {
    this.kind = kind;
    this.method = method;
    this.target = target;
    this.token = token;
    /** What noteStack kept. @type {object | null} */
    this.frames = null;
    /** What the answer has told ({status, firstByteMs?}), or the callback that ends it. @type {any} */
    this.answer = null;
  }
}

/** An error as an event names it. @param {any} error @returns {string} */
function errorName(error) {
  const { code, name } = error ?? {};
  if (typeof code === 'string') return code;
  return typeof name === 'string' ? name : String(error);
}

/**
 * Where every source says that an operation begins and ends. Time is measured and kept in C++.
 */
class Sink {
  #binding;
  #thresholdMs;
  #report;
  #begin;
  #end;
  #held = 0;
  #stacksLeft = STACKS_PER_TURN;
  #turnBegan = 0;
  /** By slot: whose stack a crash file shows. @type {(Operation | undefined)[]} */
  #live = [];
  /** Target to who began an operation on it. @type {Map<string, StackEntry[]>} */
  #callers = new Map();
  /** @type {object[]} */
  #recent = [];
  /** Slow ones that nobody has been told of. @type {{operation: Operation, durationMs: number, endedAt: number, error: unknown}[]} */
  #ended = [];

  /**
   * @param {any} binding
   * @param {number} thresholdMs slower operations are events
   * @param {(event: string, fields: object) => void} report
   */
  constructor(binding, thresholdMs, report) {
    this.#binding = binding;
    this.#thresholdMs = thresholdMs;
    this.#report = report;
    this.#begin = binding.ioBegin;
    this.#end = binding.ioEnd;
  }

  /**
   * @param {number} kind
   * @param {string} method
   * @param {string} target without secrets
   * @param {Function | null} above the function of ours that the program's call has reached; null: nobody called
   * @param {number} [limit] frames to note
   * @returns {Operation | null} null: there are too many, and it was only counted
   */
  begin(kind, method, target, above, limit) {
    const token = this.#begin(kind, method, target);
    if (!token) return null;
    const operation = new Operation(kind, method, target, token);
    const slot = token % SLOTS;
    // Whatever was there has ended in C++: the function threw at once.
    if (this.#live[slot]?.frames) this.#held--;
    this.#live[slot] = operation;
    if (above && this.#mayNoteStack()) {
      this.#held++;
      operation.frames = {};
      noteStack(operation.frames, above, limit);
    }
    return operation;
  }

  #mayNoteStack() {
    if (this.#stacksLeft > 0) {
      this.#stacksLeft--;
      return this.#held < MAX_HELD_STACKS;
    }
    const now = performance.now();
    if (now - this.#turnBegan < TURN_MS) return false;
    this.#turnBegan = now;
    this.#stacksLeft = STACKS_PER_TURN - 1;
    return this.#held < MAX_HELD_STACKS;
  }

  /** The answer has begun to arrive. @param {Operation} operation @param {number | string | null} status */
  answered(operation, status) {
    operation.answer = { firstByteMs: this.#binding.ioElapsed(operation.token), status };
  }

  /**
   * @param {Operation | null | undefined} operation may have ended already
   * @param {unknown} [error] what it ended with, if anything
   */
  end(operation, error) {
    if (!operation) return;
    const durationMs = this.#end(operation.token);
    if (durationMs < 0) return;
    this.#live[operation.token % SLOTS] = undefined;
    const { frames } = operation;
    if (frames) this.#held--;
    if (durationMs >= this.#thresholdMs) {
      // Told when the loop turns: the program's own callback is about to be called, and does not wait for that.
      if (this.#ended.length < MAX_ENDED)
        this.#ended.push({ operation, durationMs, endedAt: Date.now(), error });
      if (this.#ended.length === 1) this.#binding.askForEvents();
      return;
    }
    // Only where the budget is tight is another's stack ever asked for.
    if (frames && this.#stacksLeft === 0) this.#rememberCaller(operation, frames);
    // The frames hold what the functions in them worked on: the request before this one, say, whose operation holds the
    // one before that.
    operation.frames = null;
  }

  /**
   * Ends an operation when its promise settles. A rejection that nobody handles stays one.
   * @param {Operation} operation
   * @param {Promise<any>} promise
   * @param {(value: any) => void} [after]
   * @returns {Promise<any>} stands for `promise`
   */
  settles(operation, promise, after) {
    return then.call(
      promise,
      (value) => {
        this.end(operation);
        after?.(value);
        return value;
      },
      (error) => {
        this.end(operation, error);
        throw error;
      },
    );
  }

  /** Tells of the slow operations that have ended. */
  flush() {
    for (const ended of this.#ended.splice(0)) this.#tell(ended);
  }

  /** @param {Operation} operation @param {object} frames */
  #rememberCaller({ target }, frames) {
    if (this.#callers.size >= MAX_CALLERS && !this.#callers.has(target)) this.#callers.clear();
    // As text: the frames would keep alive what they worked on.
    if (!this.#callers.has(target)) this.#callers.set(target, readStack(frames));
  }

  /** @param {{operation: Operation, durationMs: number, endedAt: number, error: unknown}} ended */
  #tell({ operation, durationMs, endedAt, error }) {
    const { kind, method, target, answer } = operation;
    const stack = this.#stackOf(operation);
    operation.frames = null;
    if (!stack) return;
    const startTime = new Date(endedAt - durationMs).toISOString();
    const about = { method, target, startTime, error: error ? errorName(error) : null };
    this.slow(KIND_NAMES[kind], { ...about, ...stack.note, ...answer }, durationMs, stack.entries);
  }

  /**
   * @param {Operation} operation
   * @returns {{entries: StackEntry[], note?: {sharedStack: true}} | null} null: a step of another operation's, which Node
   *   makes by itself
   */
  #stackOf({ kind, target, frames }) {
    if (!frames) {
      const entries = this.#callers.get(target);
      return entries
        ? { entries: fromCaller(entries), note: { sharedStack: true } }
        : { entries: [] };
    }
    const all = readStack(frames);
    const entries = fromCaller(all);
    if (entries.length > 0 || all.length === 0 || KIND_NAMES[kind] !== 'fs') return { entries };
    return all.some(({ url }) => url.includes('streams')) ? { entries } : null;
  }

  /**
   * A synchronous operation was slow, and its caller waits for us to return.
   * @param {string} kind
   * @param {string} method
   * @param {string} target
   * @param {number} durationMs
   * @param {Function} above
   */
  slowSync(kind, method, target, durationMs, above) {
    const frames = {};
    noteStack(frames, above);
    this.slow(kind, { method, target }, durationMs, fromCaller(readStack(frames)));
    this.#binding.askForEvents();
  }

  /**
   * An operation was slow.
   * @param {string} kind
   * @param {{method?: string, target: string, status?: number | string | null, error?: string | null, firstByteMs?: number, startTime?: string, sharedStack?: true}} operation
   * @param {number} durationMs
   * @param {StackEntry[]} stack
   */
  slow(kind, operation, durationMs, stack) {
    const { method, target, status, error, firstByteMs = -1, sharedStack } = operation;
    const startTime = operation.startTime ?? new Date(Date.now() - durationMs).toISOString();
    /** @type {Record<string, unknown>} */
    const fields = { kind, target };
    if (method) fields.method = method;
    if (status !== null && status !== undefined) fields.status = status;
    if (error) fields.error = error;
    Object.assign(fields, { startTime, durationMs });
    if (firstByteMs >= 0) fields.firstByteMs = firstByteMs;
    if (sharedStack) fields.sharedStack = true;
    fields.stack = stack;
    this.#recent.push(fields);
    if (this.#recent.length > MAX_RECENT) this.#recent.shift();
    this.#report('slow-io', fields);
  }

  /** The crash file's `io`. */
  section() {
    this.flush();
    const { inFlight, threadPool, dropped } = JSON.parse(this.#binding.section('io'));
    const operations = [];
    for (const { token, ...shown } of inFlight) {
      const operation = this.#live[token % SLOTS];
      const known =
        operation && operation.token === token ? this.#stackOf(operation) : { entries: [] };
      if (known) operations.push({ ...shown, ...known.note, stack: known.entries });
    }
    return { slow: this.#recent, inFlight: operations, threadPool, dropped };
  }
}

module.exports = { Operation, Sink };
