'use strict';

const { fromCaller, noteStack, readStack } = require('./call-stack.js');
const { KIND_NAMES } = require('./kinds.js');

// Of the slow operations, the newest are kept for a crash file.
const MAX_RECENT = 100;
// A stack as V8 keeps it takes half a kilobyte. With more operations than this under way, those that begin share the
// text of equal ones.
const MAX_HELD_STACKS = 2000;
const MAX_SHARED_STACKS = 500;
// A token's lower bits are its slot (IoTable::kIndexBits).
const SLOTS = 2 ** 17;

/** @typedef {import('./call-stack.js').StackEntry} StackEntry */

/**
 * An operation that has begun. Small: thousands may be under way.
 */
class Operation {
  /** @param {number} kind @param {string} method @param {string} target @param {number} token */
  constructor(kind, method, target, token) {
    this.kind = kind;
    this.method = method;
    this.target = target;
    this.token = token;
    /** @type {StackEntry[] | null} of one that shares its stack's text */
    this.shared = null;
    this.held = false;
    this.firstByteMs = -1;
    /** @type {number | string | null} */
    this.status = null;
    /** @type {string | null} */
    this.error = null;
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
  /** By slot: whose stack a crash file shows. @type {(Operation | undefined)[]} */
  #live = [];
  /** @type {Map<string, StackEntry[]>} */
  #shared = new Map();
  /** @type {object[]} */
  #recent = [];

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
   * @returns {Operation | null} null: there are too many, and it was only counted
   */
  begin(kind, method, target, above) {
    const token = this.#begin(kind, method, target);
    if (!token) return null;
    const operation = new Operation(kind, method, target, token);
    this.#live[token % SLOTS] = operation;
    if (above) this.#keepStack(operation, above);
    return operation;
  }

  /** @param {Operation} operation @param {Function} above */
  #keepStack(operation, above) {
    if (this.#held < MAX_HELD_STACKS) {
      this.#held++;
      operation.held = true;
      noteStack(operation, above);
      return;
    }
    const holder = {};
    noteStack(holder, above);
    const entries = readStack(holder);
    const key = entries.map(({ url, line, column }) => `${url}:${line}:${column}`).join();
    const known = this.#shared.get(key);
    if (!known && this.#shared.size >= MAX_SHARED_STACKS) this.#shared.clear();
    if (!known) this.#shared.set(key, entries);
    operation.shared = known ?? entries;
  }

  /** The answer has begun to arrive. @param {Operation} operation */
  firstByte(operation) {
    operation.firstByteMs = this.#binding.ioElapsed(operation.token);
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
    if (operation.held) this.#held--;
    if (durationMs < this.#thresholdMs) return;
    if (error) operation.error = errorName(error);
    const stack = this.#stackOf(operation);
    if (stack) this.slow(KIND_NAMES[operation.kind], operation, durationMs, stack);
  }

  /**
   * @param {Operation} operation
   * @returns {StackEntry[] | null} null: a step of another operation's, which Node makes by itself
   */
  #stackOf(operation) {
    const entries = operation.shared ?? (operation.held ? readStack(operation) : []);
    const caller = fromCaller(entries);
    if (caller.length > 0 || entries.length === 0 || KIND_NAMES[operation.kind] !== 'fs')
      return caller;
    return entries.some(({ url }) => url.includes('streams')) ? caller : null;
  }

  /**
   * An operation was slow.
   * @param {string} kind
   * @param {{method?: string, target: string, status?: number | string | null, error?: string | null, firstByteMs?: number, startTime?: string}} operation
   * @param {number} durationMs
   * @param {StackEntry[]} stack
   */
  slow(kind, operation, durationMs, stack) {
    const { method, target, status, error, firstByteMs = -1 } = operation;
    const startTime = operation.startTime ?? new Date(Date.now() - durationMs).toISOString();
    /** @type {Record<string, unknown>} */
    const fields = { kind, target };
    if (method) fields.method = method;
    if (status !== null && status !== undefined) fields.status = status;
    if (error) fields.error = error;
    Object.assign(fields, { startTime, durationMs });
    if (firstByteMs >= 0) fields.firstByteMs = firstByteMs;
    fields.stack = stack;
    this.#recent.push(fields);
    if (this.#recent.length > MAX_RECENT) this.#recent.shift();
    this.#report('slow-io', fields);
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
    const holder = {};
    noteStack(holder, above);
    this.slow(kind, { method, target }, durationMs, fromCaller(readStack(holder)));
  }

  /** The crash file's `io`. */
  section() {
    const { inFlight, threadPool, dropped } = JSON.parse(this.#binding.section('io'));
    const operations = inFlight.map((/** @type {any} */ { token, ...shown }) => {
      const operation = this.#live[token % SLOTS];
      const stack = operation && operation.token === token ? this.#stackOf(operation) : [];
      return stack && { ...shown, stack };
    });
    return {
      slow: this.#recent,
      inFlight: operations.filter(Boolean),
      threadPool,
      dropped,
    };
  }
}

module.exports = { Operation, Sink };
