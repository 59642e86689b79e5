'use strict';

// What an event says of an operation that was slow. Runs in the program's context, and for a crash file in its own.
const { fromCaller, readStack } = require('./call-stack.js');
const { KINDS } = require('./kinds.js');
const { readQuietly } = require('../crash/read-quietly.js');
const { redactText } = require('../crash/redact.js');

/** @typedef {import('./call-stack.js').StackEntry} StackEntry */
/** @typedef {InstanceType<typeof import('./sink.js').Operation>} Operation */
/** @typedef {{operation: Operation, durationMs: number, endedAt: number, error: unknown}} Ended */
/**
 * Who asked for the same target: callerOf knows it of operations that have ended, findNoted finds one that is under way.
 * @typedef {{callerOf: (target: string) => StackEntry[] | undefined, findNoted: (isIt: (operation: Operation) => boolean) => Operation | null}} Others
 */

/** What an operation is about, without secrets of a URL. @param {Pick<Operation, 'type' | 'about'>} operation */
function targetOf({ type, about }) {
  if (!KINDS[type.kind].isUrl) return about;
  const end = about.search(/[?#]/);
  return `${type.method} ${end === -1 ? about : about.slice(0, end)}`;
}

/** An error as an event names it. @param {any} error @returns {string} */
function errorName(error) {
  const code = readQuietly(error, 'code');
  if (typeof code === 'string') return code;
  const name = readQuietly(error, 'name');
  if (typeof name === 'string') return name;
  return Object(error) === error ? 'Object' : String(error);
}

/**
 * @param {string} target
 * @param {Others} others
 * @returns {{entries: StackEntry[], note?: {sharedStack: true}}}
 */
function sharedStack(target, { callerOf, findNoted }) {
  let entries = callerOf(target);
  if (!entries) {
    const other = findNoted((operation) => targetOf(operation) === target);
    entries = other?.frames ? fromCaller(readStack(other.frames)) : [];
  }
  return entries.length > 0 ? { entries, note: { sharedStack: true } } : { entries };
}

/**
 * @param {Operation} operation
 * @param {Others} others
 * @returns {{entries: StackEntry[], note?: {sharedStack: true}} | null} null: a step of another operation's, which Node
 *   makes by itself
 */
function stackOf(operation, others) {
  const { type, frames } = operation;
  const all = frames ? readStack(frames) : [];
  const entries = fromCaller(all);
  if (entries.length > 0) return { entries };
  if (all.length > 0 && KINDS[type.kind].name === 'fs') {
    return all.some(({ url }) => url.includes('streams')) ? { entries } : null;
  }
  return sharedStack(targetOf(operation), others);
}

/**
 * @param {Ended} ended
 * @param {Others} others
 * @returns {Record<string, unknown> | null} the fields of its event; null: nobody need hear of it
 */
function describeEnded({ operation, durationMs, endedAt, error }, others) {
  const stack = stackOf(operation, others);
  if (!stack) return null;
  const { type } = operation;
  const { status, firstByteMs } = /** @type {InstanceType<typeof import('./sink.js').Request>} */ (
    operation
  );
  const about = {
    method: type.method,
    target: targetOf(operation),
    startTime: new Date(endedAt - durationMs).toISOString(),
    error: error ? errorName(error) : null,
  };
  const answer = { status, firstByteMs: Math.min(firstByteMs, durationMs) };
  return describeSlow(
    KINDS[type.kind].name,
    { ...about, ...stack.note, ...answer },
    durationMs,
    stack.entries,
  );
}

/**
 * The fields of a slow operation's event.
 * @param {string} kind
 * @param {{method?: string, target: string, status?: number | string | null, error?: string | null, firstByteMs?: number, startTime?: string, sharedStack?: true}} operation
 * @param {number} durationMs
 * @param {StackEntry[]} stack
 */
function describeSlow(kind, operation, durationMs, stack) {
  const { method, status, error, firstByteMs = -1, sharedStack } = operation;
  const startTime = operation.startTime ?? new Date(Date.now() - durationMs).toISOString();
  /** @type {Record<string, unknown>} */
  const fields = { kind, target: redactText(operation.target) };
  if (method) fields.method = method;
  if (status !== null && status !== undefined) fields.status = status;
  if (error) fields.error = error;
  Object.assign(fields, { startTime, durationMs });
  if (firstByteMs >= 0) fields.firstByteMs = firstByteMs;
  if (sharedStack) fields.sharedStack = true;
  fields.stack = stack;
  return fields;
}

module.exports = { describeEnded, describeSlow, sharedStack, stackOf, targetOf };
