'use strict';

const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { Session, isDebuggerAttached, whyUnavailable } = require('./session.js');
const { ScopeReader } = require('./scope-reader.js');

// Everything of ours lies below js/.
const OWN_FOLDER = pathToFileURL(`${path.dirname(__dirname)}/`).href;
// A script longer than this is not put in the file; the viewer says so.
const MAX_SOURCE = 512 * 1024;

/**
 * What one pause gave, in the protocol's own shapes.
 * @typedef {object} Capture
 * @property {any} paused the parameters of Debugger.paused, without our own frames
 * @property {Record<string, any>} objects objectId to the result of Runtime.getProperties
 * @property {Record<string, {params: any, source: string | null}>} scripts of the frames, by scriptId
 * @property {string[]} truncated
 * @property {number} elapsedMs
 */

/**
 * Runs `body` while no code of the program can run to format a stack: describing an error makes V8 ask
 * Error.prepareStackTrace if the program has set one. The stand-in throws, and V8 then leaves the stack unformatted
 * for whoever asks next.
 * @param {() => void} body
 */
function withoutUserStackFormatting(body) {
  const own = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  if (typeof own?.value !== 'function' || !own.writable) {
    body();
    return;
  }
  try {
    Error.prepareStackTrace = () => {
      throw null;
    };
    body();
  } finally {
    Error.prepareStackTrace = own.value;
  }
}

/**
 * Stops this thread for a moment and reads every frame with its variables. Made for the throw hook: it must be called
 * synchronously from there, while the stack that throws still stands.
 */
class PauseCapture {
  /** @type {InstanceType<typeof Session> | null} */
  #session = null;
  /** @type {((params: any) => void) | null} */
  #onPaused = null;
  /** @type {Map<string, any>} */
  #scripts = new Map();
  #config;

  /** @param {{captureMaxMs: number, captureMaxBytes: number, captureDepth: number}} config */
  constructor(config) {
    this.#config = config;
  }

  /** Why no capture can be taken now; '' if one can. */
  whyNot() {
    if (whyUnavailable()) return whyUnavailable();
    return isDebuggerAttached() ? 'a debugger is attached: a pause of ours would stop in it' : '';
  }

  #open() {
    if (this.#session) return this.#session;
    const session = new Session();
    session.on('Debugger.paused', (params) => this.#onPaused?.(params));
    session.on('Debugger.scriptParsed', (params) => this.#scripts.set(params.scriptId, params));
    this.#session = session;
    return session;
  }

  /** @returns {Capture} @throws {Error} when the inspector gave no frames */
  take() {
    const began = performance.now();
    const session = this.#open();
    /** @type {Capture | null} */
    let capture = null;
    this.#onPaused = (params) => {
      this.#onPaused = null;
      capture = this.#read(session, params, began);
    };
    withoutUserStackFormatting(() => {
      try {
        session.post('Debugger.enable', { maxScriptsCacheSize: 0 });
        // biome-ignore lint/suspicious/noDebugger: this is the pause
        debugger;
      } finally {
        this.#onPaused = null;
        session.post('Debugger.disable');
        session.post('Runtime.releaseObjectGroup', { objectGroup: 'backtrace' });
        this.#scripts.clear();
      }
    });
    if (!capture) throw new Error('the inspector did not pause');
    return capture;
  }

  /** @param {InstanceType<typeof Session>} session @param {any} params @param {number} began @returns {Capture} */
  #read(session, params, began) {
    /** @type {string[]} */
    const truncated = [];
    const paused = { ...params };
    // The protocol leaves a frame's url empty; the script has it.
    for (const frame of paused.callFrames)
      frame.url ||= this.#scripts.get(frame.location.scriptId)?.url ?? '';
    paused.callFrames = paused.callFrames.slice(
      paused.callFrames.findIndex((/** @type {any} */ frame) => !frame.url.startsWith(OWN_FOLDER)),
    );
    const reader = new ScopeReader((method, values) => session.post(method, values), {
      deadline: began + this.#config.captureMaxMs,
      bytes: this.#config.captureMaxBytes,
      depth: this.#config.captureDepth,
      truncated,
    });
    reader.read(paused.callFrames);
    const scripts = this.#readScripts(session, paused.callFrames, truncated);
    return {
      paused,
      objects: reader.objects,
      scripts,
      truncated,
      elapsedMs: performance.now() - began,
    };
  }

  /** @param {InstanceType<typeof Session>} session @param {any[]} callFrames @param {string[]} truncated */
  #readScripts(session, callFrames, truncated) {
    /** @type {Capture['scripts']} */
    const scripts = {};
    for (const { location, url } of callFrames) {
      const id = location.scriptId;
      if (id in scripts) continue;
      const params = this.#scripts.get(id) ?? { scriptId: id, url };
      scripts[id] = { params, source: null };
      if (url.startsWith('node:')) continue;
      if (params.length > MAX_SOURCE) {
        truncated.push(`source of ${url}: ${params.length} characters`);
        continue;
      }
      try {
        scripts[id].source = session.post('Debugger.getScriptSource', {
          scriptId: id,
        }).scriptSource;
      } catch {
        truncated.push(`source of ${url}: the inspector no longer has it`);
      }
    }
    return scripts;
  }
}

module.exports = { PauseCapture };
