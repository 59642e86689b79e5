'use strict';

const { fileURLToPath } = require('../builtins.js');
const { describeError } = require('./error-info.js');
const { framesOfCapture, framesOfStack } = require('./sections/frames.js');
const { parseStack } = require('./stack-text.js');

/**
 * What is known of an exception, whoever knows it.
 * @typedef {object} Known
 * @property {any} record of the throw hook, or null
 * @property {import('../inspector/frame-reader.js').Capture | null} raw
 * @property {Record<string, any>} config
 * @property {string} unarmed why the throw hook is not armed; '' when it is
 */

/**
 * The part of a crash file that belongs to the exception.
 * @typedef {object} Described
 * @property {string} kind
 * @property {string} [reason] why a report is written
 * @property {import('./error-info.js').ErrorInfo | null} error null: nothing was thrown
 * @property {{mode: string, reason: string | null, elapsedMs: number}} capture
 * @property {object[]} frames
 * @property {import('../inspector/frame-reader.js').Capture | null} raw
 * @property {string[]} truncated
 * @property {boolean} handled
 */

const hasOwnFrames = (/** @type {{inApp: boolean}[]} */ frames) =>
  frames.some((frame) => frame.inApp);

/**
 * @param {Known & {kind: string, error: unknown, seen: boolean, mode: string}} known `seen`: `raw` was taken for this very error; `mode`: how
 * @returns {Described}
 */
function describeCrash(known) {
  const { kind, error, record, raw, seen } = known;
  const info = describeError(error);
  const ofError = framesOfStack(parseStack(info.stack));
  const common = { kind, error: info, handled: false };

  const captured = raw && (seen || record?.mode === 'js') ? framesOfCapture(raw) : [];
  // An exception that Node caught and throws again (EventTarget) shows only Node's own frames.
  if (raw && captured.length > 0 && (hasOwnFrames(captured) || !hasOwnFrames(ofError))) {
    const capture = { mode: known.mode, reason: null, elapsedMs: raw.elapsedMs };
    info.stack ??= stackText(info, captured);
    const frames = kind === 'unhandledRejection' ? withFramesAbove(captured, ofError) : captured;
    return { ...common, capture, frames, raw, truncated: raw.truncated };
  }
  const native = framesOfStack(record?.stack ?? []);
  const frames =
    native.length > 0 && (hasOwnFrames(native) || !hasOwnFrames(ofError)) ? native : ofError;
  const capture = {
    mode: frames.length > 0 ? 'stack' : 'none',
    reason: whyNoLocals(known, captured.length > 0),
    elapsedMs: record?.elapsedMs ?? 0,
  };
  info.stack ??= stackText(info, native);
  return { ...common, capture, frames, raw: null, truncated: [] };
}

/**
 * What an async function called is gone as it rejects; the error's own stack still has it.
 * @param {{functionName: string, url: string}[]} captured
 * @param {{functionName: string, url: string}[]} ofError
 */
function withFramesAbove(captured, ofError) {
  const [top] = captured;
  const at = ofError.findIndex(
    ({ functionName, url }) =>
      pathOf(url) === pathOf(top.url) && isSameFunction(functionName, top.functionName),
  );
  return [...ofError.slice(0, Math.max(at, 0)), ...captured];
}

/** The protocol has a URL where the stack of a CommonJS module has a path. @param {string} url */
function pathOf(url) {
  return url.startsWith('file://') ? fileURLToPath(url) : url;
}

/** A stack's text has "Class.method" and "async method" where the protocol has "method". @param {string} inStack @param {string} name */
function isSameFunction(inStack, name) {
  return inStack === name || (name !== '' && inStack.endsWith(`.${name}`));
}

/**
 * V8 is about to abort (--abort-on-uncaught-exception of the user), before anybody is given the error.
 * @param {Known} known
 * @returns {Described}
 */
function describeAbort(known) {
  const described = describeCrash({
    ...known,
    kind: 'uncaughtException',
    error: null,
    seen: false,
    mode: 'throw',
  });
  const error = /** @type {import('./error-info.js').ErrorInfo} */ (described.error);
  error.thrownValue = null;
  error.message =
    'not known: --abort-on-uncaught-exception ends the process before the error can be seen';
  return described;
}

/**
 * Of a program that goes on.
 * @param {string} reason
 * @param {import('./stack-text.js').StackEntry[]} stack where it is
 * @returns {Described}
 */
function describeReport(reason, stack) {
  const frames = framesOfStack(stack);
  return {
    kind: 'manual',
    reason,
    error: null,
    capture: {
      mode: frames.length > 0 ? 'stack' : 'none',
      reason:
        frames.length > 0
          ? 'a report has no locals'
          : 'no JavaScript ran when the report was written',
      elapsedMs: 0,
    },
    frames,
    raw: null,
    truncated: [],
    handled: false,
  };
}

/**
 * For an error whose own stack must not be asked for.
 * @param {import('./error-info.js').ErrorInfo} info
 * @param {{functionName: string, url: string, line: number, column: number}[]} frames
 */
function stackText(info, frames) {
  if (info.thrownValue || frames.length === 0) return null;
  const lines = frames.map(
    ({ functionName, url, line, column }) =>
      `    at ${functionName || '<anonymous>'} (${url}:${line}:${column})`,
  );
  return [`${info.name}: ${info.message}`, ...lines].join('\n');
}

/** @param {Known & {kind: string}} known @param {boolean} rethrown */
function whyNoLocals({ kind, record, config, unarmed }, rethrown) {
  if (config.capture === 'off' || config.capture === 'stack')
    return `LOOPDET_CAPTURE=${config.capture}`;
  if (kind === 'unhandledRejection')
    return 'nothing was captured as the promise was rejected: no function of the program did so, the program uses the inspector itself, this Node lacks the hook, or other rejections had used up the time for captures; now its frames are gone';
  if (rethrown) return 'Node caught the exception and threw it again when its frames were gone';
  const unpredicted =
    'V8 did not predict that the exception would be uncaught (queueMicrotask, EventTarget)';
  return record?.reason || unarmed || unpredicted;
}

module.exports = { describeAbort, describeCrash, describeReport };
