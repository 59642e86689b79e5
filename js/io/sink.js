'use strict';

const { fromCaller, noteStack, readStack } = require('./call-stack.js');
const { KINDS } = require('./kinds.js');
const { now } = require('../builtins.js');
const { describeEnded, describeSlow, targetOf } = require('./slow-operation.js');

// Of the slow operations, the newest are kept for a crash file.
const MAX_RECENT = 100;
const MAX_HELD_STACKS = 2000;
const MAX_CALLERS = 500;
// Slow operations that end before the loop can turn; a program that has more is told of these.
const MAX_ENDED = 200000;
// A program may make up methods of HTTP.
const MAX_METHODS = 100;
// An answer takes the program's thread some time, above all the first one.
const TOLERATED_MS = 10;
// One call in so many is measured: two clocks a call would cost as much as the call (a power of 2).
const MEASURED_OF = 64;
// A token's lower bits are its slot (IoTable::kIndexBits).
const SLOTS = 2 ** 17;

// Before the program can replace it.
const { then } = Promise.prototype;
const { bind } = Function.prototype;
const { get } = Map.prototype;
const { apply } = Reflect;

/** @typedef {import('./call-stack.js').StackEntry} StackEntry */

/**
 * What an operation does, and the number by which C++ knows that.
 * @typedef {{kind: number, method: string, number: number}} OperationType
 */

/**
 * An operation that has begun. Small, because a hundred thousand may be under way: 56 bytes in V8.
 */
class Operation {
  /** @param {OperationType} type @param {string} about @param {number} token */
  constructor(type, about, token) {
    this.type = type;
    this.about = about;
    this.token = token;
    /** What noteStack kept. @type {object | null} */
    this.frames = null;
  }
}

/** One that is answered before it has ended. */
class Request extends Operation {
  /** @type {number | string | null} */
  status = null;
  /** -1: it has none. */
  firstByteMs = -1;
}

/**
 * What a crash file's `io` is made of, where no program has changed anything.
 * @callback SinkParts
 * @returns {{slow: object[], ended: import('./slow-operation.js').Ended[], noted: (token: number) => Operation | null, callerOf: import('./slow-operation.js').CallerOf} | null}
 *   slow: those that have been told of; ended: those that have not; null: LOOPDET_IO=off
 */

/**
 * Where every source says that an operation begins and ends. Time is measured and kept in C++.
 */
class Sink {
  #binding;
  #thresholdMs;
  #report;
  #begin;
  #end;
  #elapsed;
  #calls = 0;
  /** Of each kind, by method. @type {Map<string, OperationType>[]} */
  #types = KINDS.map(() => new Map());
  /** By slot: those whose stack is noted. @type {Map<number, Operation>} */
  #noted = new Map();
  /** More begin than may be noted: then another's stack is asked for. */
  #shares = false;
  /** Target to who began an operation on it. @type {Map<string, StackEntry[]>} */
  #callers = new Map();
  #callerOf = (/** @type {string} */ target) => apply(get, this.#callers, [target]);
  /** @type {object[]} */
  #recent = [];
  /** Slow ones that nobody has been told of. @type {import('./slow-operation.js').Ended[]} */
  #ended = [];

  /**
   * @param {any} binding
   * @param {number} thresholdMs slower operations are events
   * @param {(event: string, fields: object) => void} report
   */
  constructor(binding, thresholdMs, report) {
    this.#thresholdMs = thresholdMs;
    this.#binding = binding;
    this.#report = report;
    this.#begin = binding.ioBegin;
    this.#end = binding.ioEnd;
    this.#elapsed = binding.ioElapsed;
    const sink = this;
    /** @this {any} @param {unknown} value */
    this.#onValue = function onValue(value) {
      sink.end(this);
      return value;
    };
    /** @this {any} @param {unknown} error */
    this.#onError = function onError(error) {
      sink.end(this, error);
      throw error;
    };
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
   * @param {string} about host and path of a URL, of which query and fragment are never shown; or what else it is about
   * @param {Function} above the function of ours that the program's call has reached
   * @returns {Operation | null} null: there are too many, and it was only counted
   */
  begin(type, about, above) {
    if (!this.#isMeasured()) return this.#beginCalled(type, about, above);
    // No closure: what one holds would be allocated at every call.
    const began = now();
    const operation = this.#beginCalled(type, about, above);
    this.#spent(began);
    return operation;
  }

  #isMeasured() {
    this.#calls = (this.#calls + 1) & (MEASURED_OF - 1);
    return this.#calls === 0;
  }

  /** @param {number} began */
  #spent(began) {
    this.#binding.ioSpent((now() - began) * MEASURED_OF);
  }

  /** @param {OperationType} type @param {string} about @param {Function} above */
  #beginCalled(type, about, above) {
    const token = this.#begin(type.number, about);
    if (token > 0) {
      this.#shares = true;
      return new Operation(type, about, token);
    }
    return token === 0 ? null : this.#note(new Operation(type, about, -token), above);
  }

  /**
   * The same for one that is answered before it ends.
   * @param {OperationType} type
   * @param {string} about
   * @param {Function | null} above null: nobody called
   * @param {number} [limit] frames to note
   * @returns {Request | null}
   */
  beginRequest(type, about, above, limit) {
    if (!this.#isMeasured()) return this.#beginRequestCalled(type, about, above, limit);
    const began = now();
    const request = this.#beginRequestCalled(type, about, above, limit);
    this.#spent(began);
    return request;
  }

  /** @param {OperationType} type @param {string} about @param {Function | null} above @param {number} [limit] */
  #beginRequestCalled(type, about, above, limit) {
    const token = this.#begin(type.number, about);
    if (token > 0) {
      if (above) this.#shares = true;
      return new Request(type, about, token);
    }
    const noted = /** @type {Function} */ (above);
    return token === 0 ? null : this.#note(new Request(type, about, -token), noted, limit);
  }

  /**
   * @template {Operation} T
   * @param {T} operation
   * @param {Function} above
   * @param {number} [limit]
   */
  #note(operation, above, limit) {
    if (this.#noted.size < MAX_HELD_STACKS) {
      // Whatever was there has ended in C++: the function threw at once.
      this.#noted.set(operation.token % SLOTS, operation);
      operation.frames = {};
      noteStack(operation.frames, above, limit);
    }
    return operation;
  }

  /** The answer has begun to arrive. @param {Request} request @param {number | string | null} status */
  answered(request, status) {
    request.firstByteMs = this.#elapsed(request.token);
    request.status = status;
  }

  /**
   * @param {Operation | null | undefined} operation may have ended already
   * @param {unknown} [error] what it ended with, if anything
   * @param {boolean} [isLate] the program's own listeners have worked on its end before
   */
  end(operation, error, isLate = false) {
    if (!operation || operation.token === 0) return;
    if (!this.#isMeasured()) {
      this.#endBegun(operation, error, isLate);
      return;
    }
    const began = now();
    this.#endBegun(operation, error, isLate);
    this.#spent(began);
  }

  /** @param {Operation} operation @param {unknown} error @param {boolean} isLate */
  #endBegun(operation, error, isLate) {
    const { token, frames } = operation;
    const durationMs = this.#end(token);
    // Numbers are used again.
    operation.token = 0;
    if (durationMs < 0) return;
    if (frames) this.#noted.delete(token % SLOTS);
    if (durationMs > 0 && this.#endSlow(operation, durationMs, error, isLate)) return;
    if (!frames) return;
    if (this.#shares) this.#rememberCaller(operation, frames);
    // The frames hold what the functions in them worked on: the request before this one, say, whose operation holds the
    // one before that.
    operation.frames = null;
  }

  /**
   * @param {Operation} operation
   * @param {number} durationMs
   * @param {unknown} error
   * @param {boolean} isLate
   * @returns {boolean} false: it was not slow
   */
  #endSlow(operation, durationMs, error, isLate) {
    const passedMs = isLate ? Math.min(this.#binding.ioLate(), durationMs) : 0;
    const lateMs = passedMs > TOLERATED_MS ? passedMs : 0;
    if (durationMs - lateMs < this.#thresholdMs) return false;
    // Told when the loop turns: the program's own callback is about to be called, and does not wait for that.
    const ended = {
      operation,
      durationMs: durationMs - lateMs,
      endedAt: Date.now() - lateMs,
      error,
    };
    if (this.#ended.length < MAX_ENDED) this.#ended.push(ended);
    if (this.#ended.length === 1) this.#binding.askForEvents();
    return true;
  }

  /**
   * Ends an operation when its promise settles. A rejection that nobody handles stays one.
   * @param {Operation} operation
   * @param {Promise<any>} promise
   * @param {(value: any) => void} [first] is given the value before the program is
   * @returns {Promise<any>} stands for `promise`
   */
  settles(operation, promise, first) {
    const onValue = bind.call(this.#onValue, operation);
    const onError = bind.call(this.#onError, operation);
    if (!first) return then.call(promise, onValue, onError);
    return then.call(
      promise,
      (value) => {
        first(value);
        return onValue(value);
      },
      onError,
    );
  }

  // Bound functions are half as large as closures.
  #onValue;
  #onError;

  /** What has begun is forgotten: its end is nobody's. */
  stop() {
    this.#begin = () => 0;
    this.#end = () => -1;
    this.#elapsed = () => -1;
    this.#noted.clear();
  }

  /** Tells of the slow operations that have ended. */
  flush() {
    const ended = this.#ended;
    this.#ended = [];
    // Not by an iterator: this runs after a crash, too, in which the program may have changed it.
    for (let i = 0; i < ended.length; i++) this.#tell(ended[i]);
  }

  /** @param {Operation} operation @param {object} frames */
  #rememberCaller(operation, frames) {
    const target = targetOf(operation);
    if (this.#callers.size >= MAX_CALLERS && !this.#callers.has(target)) this.#callers.clear();
    // As text: the frames would keep alive what they worked on.
    if (!this.#callers.has(target)) this.#callers.set(target, readStack(frames));
  }

  /** @param {import('./slow-operation.js').Ended} ended */
  #tell(ended) {
    const fields = describeEnded(ended, this.#callerOf);
    ended.operation.frames = null;
    if (fields) this.#add(fields);
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
   * @param {Parameters<typeof describeSlow>[1]} operation
   * @param {number} durationMs
   * @param {StackEntry[]} stack
   */
  slow(kind, operation, durationMs, stack) {
    this.#add(describeSlow(kind, operation, durationMs, stack));
  }

  /** @param {Record<string, unknown>} fields of an event */
  #add(fields) {
    this.#recent.push(fields);
    if (this.#recent.length > MAX_RECENT) this.#recent.shift();
    this.#report('slow-io', fields);
  }

  /** See SinkParts: nothing that the program can change is used here. */
  parts() {
    return {
      slow: this.#recent,
      ended: this.#ended,
      noted: (/** @type {number} */ token) => {
        const operation = apply(get, this.#noted, [token % SLOTS]);
        return operation !== undefined && operation.token === token ? operation : null;
      },
      callerOf: this.#callerOf,
    };
  }
}

module.exports = { Operation, Request, Sink };
