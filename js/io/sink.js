'use strict';

const { fromCaller, noteStack, readStack } = require('./call-stack.js');
const { KINDS } = require('./kinds.js');
const { Label, OperationTable, SLOTS, clock } = require('./operation-table.js');
const { describeEnded, describeSlow, targetOf } = require('./slow-operation.js');

// Of the slow operations, the newest are kept for a crash file.
const MAX_RECENT = 100;
const MAX_HELD_STACKS = 2000;
const MAX_CALLERS = 500;
// The longest under way: of many to one target, the first have their stack noted.
const MAX_SEARCHED = 64;
// Slow operations that end before the loop can turn; a program that has more is told of these.
const MAX_ENDED = 200000;
// A program may make up methods of HTTP.
const MAX_METHODS = 100;
// An answer takes the program's thread some time, above all the first one.
const TOLERATED_MS = 10;
// One call in so many is measured: a further clock a call would cost half as much as the call (a power of 2).
const MEASURED_OF = 64;
// In what takes longer than this another thread has had the CPU meanwhile, and not in all of the 64: lookups of names on one
// CPU cost twice as much by the recording's own account as on two.
const MOST_MEASURED_NS = 1e5;
// Noting where the program is takes 3 microseconds in a small program, and 20 in a server whose functions V8 has inlined into
// each other: 100 times a second are 0.2 % of the time. A program that does more shows, for those beyond, who began the last
// noted operation on the same target.
const STACK_EVERY_NS = 1e7;
const STACK_BURST_NS = 50 * STACK_EVERY_NS;

// Before the program can replace it.
const { then } = Promise.prototype;
const { bind } = Function.prototype;
const { get, values } = Map.prototype;
const { next } = Object.getPrototypeOf(new Map().values());
const { apply } = Reflect;

/** @typedef {import('./call-stack.js').StackEntry} StackEntry */

/**
 * What an operation does, how the table says so, and the number by which C++ knows it, if it has to.
 * @typedef {{kind: number, method: string, label: InstanceType<typeof Label> | null, number: number | null}} OperationType
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

/** One that is answered before it has ended. Not derived: that would cost Node 20 more than all the rest. */
class Request {
  /** @param {OperationType} type @param {string} about @param {number} token */
  constructor(type, about, token) {
    this.type = type;
    this.about = about;
    this.token = token;
    /** @type {object | null} */
    this.frames = null;
    /** @type {number | string | null} */
    this.status = null;
    /** -1: it has none. */
    this.firstByteMs = -1;
  }
}

/**
 * What a crash file's `io` is made of, where no program has changed anything.
 * @callback SinkParts
 * @returns {{slow: object[], ended: import('./slow-operation.js').Ended[], noted: (token: number) => Operation | Request | null, others: import('./slow-operation.js').Others} | null}
 *   slow: those that have been told of; ended: those that have not; null: LOOPDET_IO=off
 */

/**
 * Where every source says that an operation begins and ends.
 */
class Sink {
  #binding;
  #thresholdMs;
  #thresholdNs;
  #report;
  /** null: stopped. @type {InstanceType<typeof OperationTable> | null} */
  #table;
  /** Noted stacks have used up the time so far. */
  #stacksUntil = 0;
  #calls = 0;
  /** Of each kind, by method. @type {Map<string, OperationType>[]} */
  #types = KINDS.map(() => new Map());
  /** Mostly the next one, too. @type {(OperationType | null)[]} */
  #lastTypes = KINDS.map(() => null);
  /** By slot: those whose stack is noted. @type {Map<number, Operation | Request>} */
  #noted = new Map();
  /** More begin than may be noted: then another's stack is asked for. */
  #shares = false;
  /** Target to who began an operation on it. @type {Map<string, StackEntry[]>} */
  #callers = new Map();
  /** @type {import('./slow-operation.js').Others} */
  #others = {
    callerOf: (target) => apply(get, this.#callers, [target]),
    findNoted: (isIt) => {
      const operations = apply(values, this.#noted, []);
      for (let i = 0; i < MAX_SEARCHED; i++) {
        const { done, value } = apply(next, operations, []);
        if (done) break;
        if (isIt(value)) return value;
      }
      return null;
    },
  };
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
    this.#thresholdNs = thresholdMs * 1e6;
    this.#binding = binding;
    this.#report = report;
    this.#table = new OperationTable(binding);
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
    const last = this.#lastTypes[kind];
    if (last !== null && last.method === method) return last;
    const type = this.#types[kind].get(method) ?? this.#addType(kind, method);
    this.#lastTypes[kind] = type;
    return type;
  }

  /** @param {number} kind @param {string} method @returns {OperationType} */
  #addType(kind, method) {
    const types = this.#types[kind];
    if (types.size >= MAX_METHODS && method !== '') {
      const rest = this.type(kind, '');
      return { ...rest, label: this.#labelOf(rest), method };
    }
    const type = { kind, method, label: null, number: null };
    types.set(method, type);
    return type;
  }

  /** Made when first used: most functions never are. @param {OperationType} type */
  #labelOf(type) {
    type.label ??= new Label(type.kind, type.method, KINDS[type.kind].isUrl ?? false);
    return type.label;
  }

  /**
   * @param {OperationType} type
   * @param {string} about what it is about
   * @param {Function} above the function of ours that the program's call has reached
   * @returns {Operation | null} null: there are too many, and it was only counted
   */
  begin(type, about, above) {
    const began = clock();
    const token = this.#table ? this.#table.begin(this.#labelOf(type), about, '', began) : 0;
    if (token === 0) return null;
    const operation = new Operation(type, about, token);
    if (this.#mayNote(began)) this.#note(operation, above);
    if (this.#isMeasured()) this.#spent(began);
    return operation;
  }

  /**
   * The same for one that is answered before it ends.
   * @param {OperationType} type
   * @param {string} host of a URL
   * @param {string} path of a URL, of which query and fragment are never shown; or the rest of what it is about
   * @param {Function | null} above null: its caller's stack is kept otherwise
   * @param {number} [limit] frames to note
   * @returns {Request | null}
   */
  beginRequest(type, host, path, above, limit) {
    const began = clock();
    const token = this.#table ? this.#table.begin(this.#labelOf(type), host, path, began) : 0;
    if (token === 0) return null;
    const request = new Request(type, host + path, token);
    if (above && this.#mayNote(began)) this.#note(request, above, limit);
    if (this.#isMeasured()) this.#spent(began);
    return request;
  }

  /** By which C++ knows it. @param {OperationType} type @returns {number} */
  numberOf(type) {
    type.number ??= /** @type {number} */ (this.#binding.ioType(type.kind, type.method));
    return type.number;
  }

  /** What was begun has not happened: the function threw at once. @param {any} operation may be no operation of ours */
  forget(operation) {
    const { token, frames } = operation;
    if (!this.#table || !token) return;
    this.#table.end(token, clock());
    operation.token = 0;
    if (frames) this.#noted.delete(token % SLOTS);
  }

  /**
   * A request comes in.
   * @param {OperationType} type
   * @param {string} path as beginRequest has it
   * @param {Request | null} used one that has ended, of which nobody is to be told: no object is made then
   * @returns {Request | null} as begin
   */
  beginInbound(type, path, used) {
    const began = clock();
    const token = this.#table ? this.#table.begin(this.#labelOf(type), path, '', began) : 0;
    if (token === 0) return null;
    const request = used ?? new Request(type, path, token);
    if (used) {
      used.type = type;
      used.about = path;
      used.token = token;
      used.status = null;
    }
    if (this.#isMeasured()) this.#spent(began);
    return request;
  }

  /** The stack of one that will begin, for keepStack; null: no more may be noted now. @param {Function} above */
  stackAhead(above) {
    if (!this.#table || !this.#mayNote(clock())) return null;
    const frames = {};
    noteStack(frames, above);
    return frames;
  }

  /** @param {Operation | Request} operation @param {object} frames of stackAhead */
  keepStack(operation, frames) {
    this.#noted.set(operation.token % SLOTS, operation);
    operation.frames = frames;
  }

  /** Whether the stack of an operation that begins may be noted. @param {number} began */
  #mayNote(began) {
    if (this.#noted.size >= MAX_HELD_STACKS) return false;
    if (this.#stacksUntil < began - STACK_BURST_NS) this.#stacksUntil = began - STACK_BURST_NS;
    const every =
      STACK_EVERY_NS * /** @type {InstanceType<typeof OperationTable>} */ (this.#table).slower;
    if (this.#stacksUntil + every > began) {
      this.#shares = true;
      return false;
    }
    this.#stacksUntil += every;
    return true;
  }

  #isMeasured() {
    this.#calls = (this.#calls + 1) & (MEASURED_OF - 1);
    return this.#calls === 0;
  }

  /** @param {number} began */
  #spent(began) {
    const took = clock() - began;
    const calls = took < MOST_MEASURED_NS ? MEASURED_OF : 1;
    this.#binding.ioSpent((took / 1e6) * calls);
  }

  /**
   * @param {Operation | Request} operation
   * @param {Function} above
   * @param {number} [limit]
   */
  #note(operation, above, limit) {
    const frames = {};
    noteStack(frames, above, limit);
    this.keepStack(operation, frames);
  }

  /** The answer has begun to arrive. @param {Request} request @param {number | string | null} status */
  answered(request, status) {
    const lasted = this.#table ? this.#table.elapsed(request.token, clock()) : -1;
    request.firstByteMs = lasted < 0 ? -1 : toMs(lasted);
    request.status = status;
  }

  /**
   * @param {Operation | Request | null | undefined} operation may have ended already
   * @param {unknown} [error] what it ended with, if anything
   * @param {boolean} [isLate] the program's own listeners have worked on its end before
   * @returns {boolean} it was slow: it is kept until the program is told
   */
  end(operation, error, isLate = false) {
    if (!operation || operation.token === 0 || !this.#table) return false;
    const ended = clock();
    const { token, frames } = operation;
    const lasted = this.#table.end(token, ended);
    // Numbers are used again.
    operation.token = 0;
    if (lasted < 0) return false;
    if (frames) this.#noted.delete(token % SLOTS);
    const isSlow =
      lasted >= this.#thresholdNs && this.#endSlow(operation, toMs(lasted), error, isLate);
    if (frames && !isSlow) {
      if (this.#shares) this.#rememberCaller(operation, frames);
      // The frames hold what the functions in them worked on: the request before this one, say, whose operation holds the
      // one before that.
      operation.frames = null;
    }
    if (this.#isMeasured()) this.#spent(ended);
    return isSlow;
  }

  /**
   * @param {Operation | Request} operation
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
    this.#table = null;
    this.#noted.clear();
  }

  /** Tells of the slow operations that have ended. */
  flush() {
    const ended = this.#ended;
    this.#ended = [];
    // Not by an iterator: this runs after a crash, too, in which the program may have changed it.
    for (let i = 0; i < ended.length && this.#shares; i++) {
      const { operation } = ended[i];
      if (operation.frames) this.#rememberCaller(operation, operation.frames);
    }
    for (let i = 0; i < ended.length; i++) this.#tell(ended[i]);
  }

  /** @param {Operation | Request} operation @param {object} frames */
  #rememberCaller(operation, frames) {
    const target = targetOf(operation);
    if (this.#callers.has(target)) return;
    if (this.#callers.size >= MAX_CALLERS) this.#callers.clear();
    // As text: the frames would keep alive what they worked on.
    const entries = fromCaller(readStack(frames));
    if (entries.length > 0) this.#callers.set(target, entries);
  }

  /** @param {import('./slow-operation.js').Ended} ended */
  #tell(ended) {
    const fields = describeEnded(ended, this.#others);
    ended.operation.frames = null;
    if (fields) this.#add(fields);
  }

  /**
   * A synchronous operation was slow, and its caller waits for us to return.
   * @param {OperationType} type
   * @param {string} target
   * @param {number} durationMs
   * @param {boolean} threw
   * @param {Function} above
   */
  slowSync({ kind, method }, target, durationMs, threw, above) {
    const frames = {};
    noteStack(frames, above);
    const error = threw ? 'threw' : null;
    const stack = fromCaller(readStack(frames));
    this.slow(KINDS[kind].name, { method, target, error }, durationMs, stack);
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
      others: this.#others,
    };
  }
}

/** @param {number} nanoseconds @returns {number} as C++ rounds them */
function toMs(nanoseconds) {
  return Math.round(nanoseconds / 1e3) / 1e3;
}

module.exports = { Operation, Request, Sink };
