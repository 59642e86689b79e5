/**
 * A crash file as the back end of a debugger would know it: scripts to announce, one pause, objects by their ids. The file
 * is untrusted: ids are keys of a Map, and whatever is missing is said to be missing.
 */

const { createHash } = require('node:crypto');
const { failed } = require('./crash-file');
const { inlineMap } = require('./source-maps');

/** The id of the error itself, which the pause does not have. */
const ERROR_ID = 'loopdet:error';
/** The scope of a frame of which only the place is known. */
const NO_VARIABLES = 'loopdet:none';
const CONTEXT_ID = 1;
// A frame far down a file that was not captured: so many empty lines are given at most.
const MAX_PADDING = 100_000;

/** @typedef {Record<string, any>} RemoteObject of the protocol */
/** @typedef {{result: any[], internalProperties?: any[], privateProperties?: any[]}} Properties */
/** @typedef {{params: Record<string, any>, source: string, isMissing: boolean}} Script */
/** A frame of Debugger.paused. @typedef {{callFrameId: string, functionName: string, url: string,
 *   location: {scriptId: string, lineNumber: number, columnNumber: number}, scopeChain: any[], this: RemoteObject}} CallFrame */

/** @param {unknown} value @returns {value is Record<string, any>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @param {unknown} value @returns {any[]} */
const list = (value) => (Array.isArray(value) ? value : []);
/** @param {unknown} value */
const count = (value) =>
  Number.isInteger(value) && Number(value) > 0 ? Math.min(Number(value), 2 ** 30) : 0;
/** @param {unknown} value */
const text = (value) => (typeof value === 'string' ? value : '');

/** What properties hold, of objects and of all else that has an id. @param {any} properties @returns {RemoteObject[]} */
function remotesOf(properties) {
  const found = [];
  for (const part of ['result', 'internalProperties', 'privateProperties']) {
    for (const property of list(properties?.[part])) {
      for (const key of ['value', 'get', 'set', 'symbol']) {
        if (property?.[key]?.objectId !== undefined) found.push(property[key]);
      }
    }
  }
  return found;
}

/** @param {string} why */
const notCaptured = (why) => ({
  result: [],
  internalProperties: [
    { name: '[[Not captured]]', value: { type: 'string', value: why }, isOwn: true },
  ],
});

class PausedProcess {
  /** As the file has them. @type {Record<string, any>} */
  #recorded;
  /** Those that are told by other sections. @type {Map<string, Properties>} */
  #told = new Map();
  /** How each object was shown where it was first met. @type {Map<string, RemoteObject>} */
  remotes = new Map();
  /** @type {Map<string, Script>} */
  scripts = new Map();

  /**
   * @param {any} document a crash file, normalised
   * @param {{mayReadFiles: boolean}} options whether source maps may be looked up on this machine's disk
   */
  constructor(document, options) {
    this.document = document;
    const recorded = failed(document.Paused) ? undefined : document.Paused[0];
    this.#recorded = failed(document.RemoteObjects) ? {} : document.RemoteObjects;
    /** @type {CallFrame[]} */
    this.callFrames = framesOf(document, list(recorded?.callFrames).filter(isFrame));
    this.error = this.#errorObject(recorded?.data);
    this.asyncStackTrace = asyncStack(recorded?.asyncStackTrace);
    this.#findRemotes();
    this.#announceScripts(failed(document.Scripts) ? {} : document.Scripts, options);
  }

  /** @param {unknown} id */
  frameIndex(id) {
    return this.callFrames.findIndex(({ callFrameId }) => callFrameId === id);
  }

  get isUncaught() {
    return this.document.kind === 'uncaughtException';
  }

  /** The parameters of Debugger.paused. */
  get paused() {
    return {
      callFrames: this.callFrames,
      reason: this.document.kind === 'unhandledRejection' ? 'promiseRejection' : 'exception',
      data: { ...this.error, uncaught: true },
      hitBreakpoints: [],
      ...(this.asyncStackTrace ? { asyncStackTrace: this.asyncStackTrace } : {}),
    };
  }

  /** @param {string} id @returns {Properties} */
  propertiesOf(id) {
    const found = this.#find(id);
    if (found) return found;
    if (id === NO_VARIABLES) {
      const { capture } = this.document;
      const why = failed(capture) ? '' : capture.reason;
      return notCaptured(why || 'this function had ended when the others were captured');
    }
    const isGlobal = this.callFrames.some(({ scopeChain }) =>
      scopeChain.some(
        (/** @type {any} */ { type, object }) => type === 'global' && object.objectId === id,
      ),
    );
    return notCaptured(
      isGlobal
        ? 'globals are left out'
        : 'further than LOOPDET_CAPTURE_DEPTH, LOOPDET_CAPTURE_MAX_BYTES or _MAX_MS reached',
    );
  }

  /** @param {string} id @returns {Properties | undefined} */
  #find(id) {
    // A file of megabytes has a hundred thousand of them, and few are looked at.
    const recorded = Object.hasOwn(this.#recorded, id) ? this.#recorded[id] : undefined;
    return isObject(recorded) ? cleanProperties(recorded) : this.#told.get(id);
  }

  /** All objects that can be reached from the frames and the error. @returns {Record<string, Properties>} */
  reachable() {
    /** @type {Record<string, Properties>} */
    const found = { __proto__: /** @type {any} */ (null) };
    const queue = this.callFrames.flatMap((frame) => [
      frame.this.objectId,
      ...frame.scopeChain.map(({ object }) => object.objectId),
    ]);
    queue.push(this.error.objectId);
    while (queue.length > 0) {
      const id = queue.pop();
      if (typeof id !== 'string' || id in found) continue;
      const properties = this.#find(id);
      if (!properties) continue;
      found[id] = properties;
      for (const remote of remotesOf(properties)) queue.push(remote.objectId);
    }
    return found;
  }

  /** The pause's error: as it was recorded, or told by the section `error`. @param {any} data @returns {RemoteObject} */
  #errorObject(data) {
    if (isObject(data) && typeof data.type === 'string') {
      const { uncaught, ...remote } = data;
      return remote;
    }
    const { error, kind } = this.document;
    if (error === null || failed(error)) {
      // No exception: what ended the process stands in the banner.
      return { type: 'string', value: headline(this.document) || kind };
    }
    if (error.thrownValue) return told(error.thrownValue);
    return this.#errorFrom(error, ERROR_ID, 0);
  }

  /** @param {any} error of the section @param {string} id @param {number} depth @returns {RemoteObject} */
  #errorFrom(error, id, depth) {
    const className = error.name ?? 'Error';
    const head = error.message ? `${className}: ${error.message}` : className;
    const own = (/** @type {string} */ name, /** @type {RemoteObject} */ value) => ({
      ...{ name, value, configurable: true, enumerable: false, writable: true, isOwn: true },
    });
    const result = [
      own('stack', { type: 'string', value: error.stack ?? head }),
      own('message', { type: 'string', value: error.message ?? '' }),
    ];
    if (error.code !== null && error.code !== undefined) {
      result.push(own('code', { type: typeof error.code, value: error.code }));
    }
    if (isObject(error.cause) && depth < 16) {
      result.push(own('cause', this.#errorFrom(error.cause, `${id}.cause`, depth + 1)));
    }
    for (const [name, value] of Object.entries(error.properties ?? {})) {
      if (isObject(value))
        result.push({ ...own(name, told(/** @type {any} */ (value))), enumerable: true });
    }
    this.#told.set(id, { result });
    return {
      type: 'object',
      subtype: 'error',
      className,
      description: error.stack ?? head,
      objectId: id,
    };
  }

  #findRemotes() {
    const meet = (/** @type {any} */ remote) => {
      const id = remote?.objectId;
      if (typeof id !== 'string') return;
      if (remote.preview || !this.remotes.has(id)) this.remotes.set(id, remote);
    };
    meet(this.error);
    for (const frame of this.callFrames) {
      meet(frame.this);
      for (const { object } of frame.scopeChain) meet(object);
    }
    for (const all of [Object.values(this.#recorded), this.#told.values()]) {
      for (const properties of all) for (const remote of remotesOf(properties)) meet(remote);
    }
  }

  /** Without a script of its own a frame would vanish from DevTools. @param {any} recorded @param {{mayReadFiles: boolean}} options */
  #announceScripts(recorded, options) {
    for (const [id, script] of Object.entries(recorded)) {
      if (isObject(script)) this.#announce(id, script, options);
    }
    const needed = [
      ...this.callFrames.map(({ location, url }) => ({ ...location, url })),
      ...asyncFrames(this.asyncStackTrace),
    ];
    for (const { scriptId, url, lineNumber } of needed) {
      const script = this.scripts.get(scriptId);
      if (!script) {
        this.#announce(scriptId, { params: { url }, source: null }, options, lineNumber);
      } else if (script.isMissing) {
        script.source = missingSource(script.params.url, lineNumber, script.source);
        script.params.endLine = Math.max(script.params.endLine, script.source.split('\n').length);
      }
    }
  }

  /** @param {string} id @param {any} recorded @param {{mayReadFiles: boolean}} options @param {number} [line] that is needed */
  #announce(id, recorded, options, line = 0) {
    const given = isObject(recorded.params) ? recorded.params : {};
    const url = text(given.url);
    const isMissing = typeof recorded.source !== 'string';
    const source = isMissing ? missingSource(url, line, '') : recorded.source;
    const map = isMissing ? null : inlineMap(recorded, url, options);
    const lines = source.split('\n');
    const params = {
      scriptId: id,
      url: url.startsWith('/') ? `file://${url}` : url,
      startLine: count(given.startLine),
      startColumn: count(given.startColumn),
      endLine: count(given.startLine) + lines.length - 1,
      endColumn: lines.at(-1).length,
      executionContextId: CONTEXT_ID,
      hash: isMissing ? '' : createHash('sha256').update(source).digest('hex'),
      isModule: given.isModule === true,
      length: source.length,
      scriptLanguage: 'JavaScript',
      sourceMapURL: map ?? '',
      hasSourceURL: given.hasSourceURL === true,
      embedderName: url,
    };
    this.scripts.set(id, { params, source, isMissing });
  }
}

/**
 * A text in place of a script that the file lacks, long enough for the position that is shown in it.
 * @param {string} url
 * @param {number} line from 0
 * @param {string} before
 */
function missingSource(url, line, before) {
  const head = `// The source of ${url.replace(/[\r\n]/g, ' ') || 'this script'} was not captured.`;
  const padded = head + '\n'.repeat(Math.min(line, MAX_PADDING));
  return padded.length > before.length ? padded : before;
}

/** @param {any} frame */
const isFrame = (frame) => isObject(frame) && isObject(frame.location);

/** @param {any} location */
const cleanLocation = (location) => ({
  scriptId: String(location?.scriptId ?? '0'),
  lineNumber: count(location?.lineNumber),
  columnNumber: count(location?.columnNumber),
});

/** @param {any} frame of Debugger.paused @param {number} index */
function cleanFrame(frame, index) {
  return {
    callFrameId: text(frame.callFrameId) || `frame:${index}`,
    functionName: text(frame.functionName),
    ...(isObject(frame.functionLocation)
      ? { functionLocation: cleanLocation(frame.functionLocation) }
      : {}),
    location: cleanLocation(frame.location),
    url: text(frame.url),
    scopeChain: list(frame.scopeChain)
      .filter((scope) => isObject(scope) && isObject(scope.object))
      .map((scope) => ({
        ...{ type: text(scope.type) || 'local', object: scope.object },
        ...(typeof scope.name === 'string' ? { name: scope.name } : {}),
      })),
    this: isObject(frame.this) ? frame.this : { type: 'undefined' },
    canBeRestarted: false,
  };
}

/** @param {Record<string, any>} properties @returns {Properties} */
function cleanProperties({ result, internalProperties, privateProperties }) {
  const named = (/** @type {unknown} */ all) =>
    list(all)
      .filter((one) => isObject(one) && typeof one.name === 'string')
      .map((one) => ({ configurable: false, enumerable: false, ...one }));
  return {
    result: named(result),
    ...(internalProperties ? { internalProperties: named(internalProperties) } : {}),
    ...(privateProperties ? { privateProperties: named(privateProperties) } : {}),
  };
}

/** @param {string} url */
const plainUrl = (url) => url.replace(/^file:\/\//, '');

/**
 * The frames of the section `frames`, each as the pause had it, if it had it: a rejection has more than one moment, and a
 * file may have no pause at all.
 * @param {any} document
 * @param {any[]} paused the frames of the pause
 * @returns {CallFrame[]}
 */
function framesOf(document, paused) {
  const cleaned = paused.map(cleanFrame);
  const told = failed(document.frames) ? [] : document.frames;
  /** @type {Map<string, string>} */
  const ids = new Map(cleaned.map(({ url, location }) => [plainUrl(url), location.scriptId]));
  const waiting = [...cleaned];
  const frames = told.map((/** @type {any} */ frame, /** @type {number} */ index) => {
    const [next] = waiting;
    const isNext =
      next?.functionName === frame.functionName && next.location.lineNumber + 1 === frame.line;
    return isNext ? /** @type {CallFrame} */ (waiting.shift()) : toldFrame(frame, index, ids);
  });
  // They do not belong together: the pause is worth more.
  if (waiting.length > 0) return cleaned;
  if (frames.length > 0) return frames;
  const url = document.blackbox ? 'the black box of a dead process' : 'a file without frames';
  return [toldFrame({ functionName: `(${document.kind})`, url, line: 1, column: 1 }, 0, ids)];
}

/** A frame of which only the place is known. @param {any} frame @param {number} index @param {Map<string, string>} ids of scripts, by URL */
function toldFrame({ functionName, url, line, column, scriptId }, index, ids) {
  const plain = plainUrl(url);
  if (!ids.has(plain)) ids.set(plain, scriptId || `loopdet:${url}`);
  const object = { type: 'object', className: 'Object', description: 'Object' };
  return {
    callFrameId: `frame:${index}`,
    functionName,
    location: {
      scriptId: String(ids.get(plain)),
      lineNumber: count((line ?? 1) - 1),
      columnNumber: count((column ?? 1) - 1),
    },
    url,
    scopeChain: [{ type: 'local', object: { ...object, objectId: NO_VARIABLES } }],
    this: { type: 'undefined' },
    canBeRestarted: false,
  };
}

/** @param {any} trace @param {number} [depth] @returns {any} */
function asyncStack(trace, depth = 0) {
  if (!isObject(trace) || depth > 32) return undefined;
  const parent = asyncStack(trace.parent, depth + 1);
  return {
    ...(typeof trace.description === 'string' ? { description: trace.description } : {}),
    callFrames: list(trace.callFrames)
      .filter(isObject)
      .map((frame) => ({
        functionName: text(frame.functionName),
        url: text(frame.url),
        ...cleanLocation(frame),
      })),
    ...(parent ? { parent } : {}),
  };
}

/** @param {any} trace @returns {{scriptId: string, url: string, lineNumber: number}[]} */
function asyncFrames(trace) {
  const frames = [];
  for (let at = trace; at; at = at.parent) frames.push(...at.callFrames);
  return frames;
}

/** A value of which only a text is known. @param {{type: string, text: string}} value @returns {RemoteObject} */
function told({ type, text: shown }) {
  if (type === 'string' || type === 'undefined') {
    return type === 'undefined' ? { type } : { type, value: unquoted(shown) };
  }
  if (type === 'number' && Number.isFinite(Number(shown))) {
    return { type, value: Number(shown), description: shown };
  }
  if (type === 'boolean') return { type, value: shown === 'true' };
  if (shown === 'null') return { type: 'object', subtype: 'null', value: null };
  return { type: 'string', value: shown };
}

/** @param {string} shown */
function unquoted(shown) {
  try {
    const value = JSON.parse(shown);
    return typeof value === 'string' ? value : shown;
  } catch {
    return shown;
  }
}

/**
 * What ended a process, in a line.
 * @param {any} document
 * @returns {string}
 */
function headline({ kind, error, signal, reason }) {
  const parts = failed(error) || !error ? [] : [error.name, error.message].filter(Boolean);
  const first = parts.join(': ').split('\n', 1)[0];
  if (first) return first;
  if (error?.thrownValue) return `${kind}: ${error.thrownValue.text}`;
  const name = typeof signal === 'string' ? signal : isObject(signal) ? text(signal.name) : '';
  return [kind, name || text(reason)].filter(Boolean).join(': ');
}

module.exports = { CONTEXT_ID, PausedProcess, headline };
