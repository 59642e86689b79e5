/** The Debugger domain: the one pause, for ever. */

const { ProtocolError } = require('../protocol-error');

// Some front ends step on by themselves where they know no source: a pause at once would keep them going for ever.
const MAX_STEPS = 20;
const STEPS_MS = 1000;
// Faster than any person: VS Code's debugger goes on from exceptions that it was not told to stop at.
const AUTOMATIC_MS = 200;

/** @typedef {import('./index').Session} Session */

/**
 * @typedef {object} Pausing of a client
 * @property {number} pausedAt
 * @property {number[]} steps when it stepped last
 * @property {boolean} isPlain it does not stop at exceptions: it is told of a pause without one
 */

/** @type {WeakMap<Session, Pausing>} */
const pausings = new WeakMap();

/** @param {Session} session @returns {Pausing} */
function pausingOf(session) {
  const known = pausings.get(session);
  if (known) return known;
  const pausing = { pausedAt: Number.NEGATIVE_INFINITY, steps: [], isPlain: false };
  pausings.set(session, pausing);
  return pausing;
}

/** @param {Session} session */
function pause(session) {
  const pausing = pausingOf(session);
  const { data, ...plain } = session.process.paused;
  pausing.pausedAt = performance.now();
  const { isPlain } = pausing;
  session.event('Debugger.paused', isPlain ? { ...plain, reason: 'other' } : { ...plain, data });
}

/** @param {Session} session */
function pauseAgain(session) {
  const now = performance.now();
  const pausing = pausingOf(session);
  pausing.isPlain ||= now - pausing.pausedAt < AUTOMATIC_MS;
  const recent = pausing.steps.filter((at) => now - at < STEPS_MS);
  pausing.steps = [...recent, now];
  // After the reply, as V8 does.
  const again = () => {
    if (!session.enabled.has('Debugger')) return;
    session.event('Debugger.resumed', {});
    pause(session);
  };
  if (recent.length < MAX_STEPS) setImmediate(again);
  else setTimeout(again, STEPS_MS).unref();
}

/** @type {import('./index').Handler} */
const step = (session) => {
  if (!session.enabled.has('Debugger')) throw new ProtocolError('Debugger agent is not enabled');
  pauseAgain(session);
};

/** @param {Session} session @param {unknown} id */
function scriptOf({ process }, id) {
  const script = process.scripts.get(String(id));
  if (!script) throw new ProtocolError(`No script for id: ${id}`);
  return script;
}

/** @type {import('./index').Handler} */
const nothing = () => {};

/** @type {Record<string, import('./index').Handler>} */
module.exports = {
  'Debugger.enable': (session) => {
    const { debuggerId, enabled, process } = session;
    if (!enabled.has('Debugger')) {
      enabled.add('Debugger');
      for (const { params } of process.scripts.values()) {
        session.event('Debugger.scriptParsed', params);
      }
      pause(session);
    }
    return { debuggerId };
  },
  'Debugger.disable': ({ enabled }) => {
    enabled.delete('Debugger');
  },
  'Debugger.getScriptSource': (session, { scriptId }) => ({
    // An error would end `node inspect`.
    scriptSource:
      session.process.scripts.get(String(scriptId))?.source ?? '// This script was not captured.',
  }),
  'Debugger.searchInContent': (session, { scriptId, query, caseSensitive, isRegex }) => ({
    result: search(scriptOf(session, scriptId).source, String(query), { caseSensitive, isRegex }),
  }),
  'Debugger.getPossibleBreakpoints': (_session, { start }) => ({ locations: start ? [start] : [] }),
  'Debugger.setBreakpointByUrl': (_session, { url, urlRegex, scriptHash, lineNumber }) => ({
    breakpointId: `1:${lineNumber}:0:${url ?? urlRegex ?? scriptHash}`,
    locations: [],
  }),
  'Debugger.setBreakpoint': (_session, { location }) => ({
    breakpointId: `4:${location?.lineNumber}:0:${location?.scriptId}`,
    actualLocation: location,
  }),
  'Debugger.setInstrumentationBreakpoint': (_session, { instrumentation }) => ({
    breakpointId: `8:${instrumentation}`,
  }),
  'Debugger.removeBreakpoint': nothing,
  'Debugger.setBreakpointsActive': nothing,
  'Debugger.setPauseOnExceptions': nothing,
  'Debugger.setAsyncCallStackDepth': nothing,
  'Debugger.setBlackboxPatterns': nothing,
  'Debugger.setBlackboxedRanges': nothing,
  'Debugger.setBlackboxExecutionContexts': nothing,
  'Debugger.setSkipAllPauses': nothing,
  'Debugger.pause': nothing,
  'Debugger.resume': step,
  'Debugger.stepInto': step,
  'Debugger.stepOver': step,
  'Debugger.stepOut': step,
  'Debugger.continueToLocation': step,
  'Debugger.getStackTrace': ({ process }) => ({
    stackTrace: process.asyncStackTrace ?? { callFrames: [] },
  }),
  'Debugger.evaluateOnCallFrame': (session, params) => {
    const index = session.process.frameIndex(params.callFrameId);
    if (index === -1) throw new ProtocolError('Could not find call frame with given id');
    return session.evaluator.ask({ method: 'evaluate', frame: index, params });
  },
  'Debugger.setVariableValue': () => {
    throw new ProtocolError('The process is dead: its variables cannot be set');
  },
  'Debugger.restartFrame': () => {
    throw new ProtocolError('The process is dead: nothing in it can run');
  },
  'Debugger.setScriptSource': () => {
    throw new ProtocolError('The process is dead: its scripts cannot be changed');
  },
};

/**
 * @param {string} source
 * @param {string} query
 * @param {{caseSensitive?: boolean, isRegex?: boolean}} options
 */
function search(source, query, { caseSensitive = false, isRegex = false }) {
  // A pattern of the client's might never end: it is looked for as it is written.
  const plain = isRegex ? query.replaceAll('\\', '') : query;
  const wanted = caseSensitive ? plain : plain.toLowerCase();
  const matches = [];
  for (const [lineNumber, lineContent] of source.split('\n').entries()) {
    const line = caseSensitive ? lineContent : lineContent.toLowerCase();
    if (wanted !== '' && line.includes(wanted)) matches.push({ lineNumber, lineContent });
  }
  return matches;
}
