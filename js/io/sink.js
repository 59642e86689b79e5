'use strict';

const { fromCaller, noteStack, readStack } = require('./call-stack.js');
const { KINDS } = require('./kinds.js');
const { cleanUrl } = require('./target.js');

// Of the slow operations, the newest are kept for a crash file.
const MAX_RECENT = 100;
const MAX_HELD_STACKS = 2000;
const MAX_CALLERS = 500;
// Slow operations that end before the loop can turn; a program that has more is told of these.
const MAX_ENDED = 200000;
// A program may make up methods of HTTP.
const MAX_METHODS = 100;
// A token's lower bits are its slot (IoTable::kIndexBits).
const SLOTS = 2 ** 17;

// Before the program can replace it.
const { then } = Promise.prototype;

/** @typedef {import('./call-stack.js').StackEntry} StackEntry */

/**
 * What an operation does, and the number by which C++ knows that.
 * @typedef {{kind: number, method: string, number: number}} OperationType
 */

/**
 * An operation that has begun. Small: a hundred thousand may be under way.
 */
class Operation {
  /** @param {OperationType} type @param {string} host @param {string} path @param {number} token */
  constructor(type, host, path, token) {
    this.type = type;
    this.host = host;
    this.path = path;
    this.token = token;
    /** What noteStack kept. @type {object | null} */
    this.frames = null;
    /** What the answer has told. @type {{status: number | string | null, firstByteMs?: number} | null} */
    this.answer = null;
  }

  /** What it is about, without secrets. Made only for those that are shown. */
  get target() {
    const { type, host, path } = this;
    if (!KINDS[type.kind].isUrl) return host + path;
    return `${type.method} ${host}${cleanUrl(path)}`;
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
  /** Of each kind, by method. @type {Map<string, OperationType>[]} */
  #types = KINDS.map(() => new Map());
  /** By slot: those whose stack is noted. @type {Map<number, Operation>} */
  #noted = new Map();
  /** More begin than may be noted: then another's stack is asked for. */
  #shares = false;
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

  /** @param {number} kind @param {string} method @returns {OperationType} the same object each time */
  type(kind, method) {
    return this.#types[kind].get(method) ?? this.#addType(kind, method);
  }

  /** @param {number} kind @param {string} method @returns {OperationType} */
  #addType(kind, method) {
    const types = this.#types[kind];
    if (types.size >= MAX_METHODS && method !== '') return { ...this.type(kind, ''), method };
    const { isUrl = false, isCalled = false } = KINDS[kind];
    const number = this.#binding.ioType(kind, method, isUrl, isCalled);
    const type = { kind, method, number };
    types.set(method, type);
    return type;
  }

  /**
   * @param {OperationType} type
   * @param {string} host with `path`: what it is about
   * @param {string} path of a URL; query and fragment are never shown
   * @param {Function | null} above the function of ours that the program's call has reached; null: nobody called
   * @param {number} [limit] frames to note
   * @returns {Operation | null} null: there are too many, and it was only counted
   */
  begin(type, host, path, above, limit) {
    const token = this.#begin(type.number, host, path);
    if (token === 0) return null;
    if (token > 0) {
      if (above) this.#shares = true;
      return new Operation(type, host, path, token);
    }
    const operation = new Operation(type, host, path, -token);
    if (this.#noted.size < MAX_HELD_STACKS) {
      // Whatever was there has ended in C++: the function threw at once.
      this.#noted.set(-token % SLOTS, operation);
      operation.frames = {};
      noteStack(operation.frames, /** @type {Function} */ (above), limit);
    }
    return operation;
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
    if (!operation || operation.token === 0) return;
    const { token, frames } = operation;
    const durationMs = this.#end(token);
    // Numbers are used again.
    operation.token = 0;
    if (durationMs < 0) return;
    if (frames) this.#noted.delete(token % SLOTS);
    if (durationMs >= this.#thresholdMs) {
      // Told when the loop turns: the program's own callback is about to be called, and does not wait for that.
      if (this.#ended.length < MAX_ENDED)
        this.#ended.push({ operation, durationMs, endedAt: Date.now(), error });
      if (this.#ended.length === 1) this.#binding.askForEvents();
      return;
    }
    if (!frames) return;
    if (this.#shares) this.#rememberCaller(operation, frames);
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
  #rememberCaller(operation, frames) {
    const { target } = operation;
    if (this.#callers.size >= MAX_CALLERS && !this.#callers.has(target)) this.#callers.clear();
    // As text: the frames would keep alive what they worked on.
    if (!this.#callers.has(target)) this.#callers.set(target, readStack(frames));
  }

  /** @param {{operation: Operation, durationMs: number, endedAt: number, error: unknown}} ended */
  #tell({ operation, durationMs, endedAt, error }) {
    const { type, target, answer } = operation;
    const stack = this.#stackOf(operation);
    operation.frames = null;
    if (!stack) return;
    const startTime = new Date(endedAt - durationMs).toISOString();
    const about = {
      method: type.method,
      target,
      startTime,
      error: error ? errorName(error) : null,
    };
    const { name } = KINDS[type.kind];
    this.slow(name, { ...about, ...stack.note, ...answer }, durationMs, stack.entries);
  }

  /**
   * @param {Operation} operation
   * @returns {{entries: StackEntry[], note?: {sharedStack: true}} | null} null: a step of another operation's, which Node
   *   makes by itself
   */
  #stackOf({ type, target, frames }) {
    if (!frames) {
      const entries = this.#callers.get(target);
      return entries
        ? { entries: fromCaller(entries), note: { sharedStack: true } }
        : { entries: [] };
    }
    const all = readStack(frames);
    const entries = fromCaller(all);
    if (entries.length > 0 || all.length === 0 || KINDS[type.kind].name !== 'fs')
      return { entries };
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
      const operation = this.#noted.get(token % SLOTS);
      const isIt = operation !== undefined && operation.token === token;
      const known = isIt ? this.#stackOf(operation) : { entries: [] };
      if (known) operations.push({ ...shown, ...known.note, stack: known.entries });
    }
    return { slow: this.#recent, inFlight: operations, threadPool, dropped };
  }
}

module.exports = { Operation, Sink };
