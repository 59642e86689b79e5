'use strict';

const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { Session, isDebuggerAttached, whyUnavailable } = require('./session.js');
const { ScopeReader } = require('./scope-reader.js');
const { isInApp } = require('../crash/stack-text.js');
const { withoutUserStackFormatting } = require('../crash/stack-format.js');
const { ACTIVE } = require('../thread.js');

// Everything of ours lies below js/.
const OWN_FOLDER = pathToFileURL(`${path.dirname(__dirname)}/`).href;
// A worker whose start throws more than this catches them, and is not waiting for us.
const MAX_WATCHED = 20;
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
  #watching = false;
  #watched = 0;
  /** @type {{error: any, capture: Capture} | null} */
  #seen = null;
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
    session.on('Debugger.paused', (params) => {
      if (this.#onPaused) this.#onPaused(params);
      else if (this.#watching) this.#onException(session, params);
    });
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
        if (!this.#watching) session.post('Debugger.enable');
        // biome-ignore lint/suspicious/noDebugger: this is the pause
        debugger;
      } finally {
        this.#onPaused = null;
        if (!this.#watching) this.#close(session);
      }
    });
    if (!capture) throw new Error('the inspector did not pause');
    return capture;
  }

  /** @param {InstanceType<typeof Session>} session */
  #close(session) {
    session.post('Debugger.disable');
    session.post('Runtime.releaseObjectGroup', { objectGroup: 'backtrace' });
    this.#scripts.clear();
  }

  /**
   * From now on reads each exception of the program's own code as it is thrown, caught or not: the last one is kept.
   * The debugger is on meanwhile, which makes promises slow.
   */
  watchExceptions() {
    if (this.whyNot()) return;
    const session = this.#open();
    session.post('Debugger.enable');
    session.post('Debugger.setPauseOnExceptions', { state: 'all' });
    this.#watching = true;
  }

  stopWatching() {
    if (!this.#watching || !this.#session) return;
    this.#watching = false;
    this.#close(this.#session);
    this.#seen = null;
  }

  /** @param {InstanceType<typeof Session>} session @param {any} params of Debugger.paused */
  #onException(session, params) {
    const [top] = params.callFrames;
    const url = this.#scripts.get(top?.location.scriptId)?.url ?? '';
    // Node looks for files by trying, and catches what is not there.
    if (params.data === undefined || !isInApp(url) || url.startsWith(OWN_FOLDER)) return;
    if (++this.#watched > MAX_WATCHED) return;
    const began = performance.now();
    withoutUserStackFormatting(() => {
      const error = this.#valueOf(session, params.data);
      this.#seen = { error, capture: this.#read(session, params, began) };
    });
  }

  /** The very value that a remote object stands for. @param {InstanceType<typeof Session>} session @param {any} remote */
  #valueOf(session, remote) {
    if (remote.subtype === 'null') return null;
    if (!remote.objectId) return remote.value;
    let value;
    const mark = /** @type {any} */ (process)[ACTIVE];
    mark.take = (/** @type {any} */ given) => {
      value = given;
    };
    session.post('Runtime.callFunctionOn', {
      objectId: remote.objectId,
      functionDeclaration: `function () { process[Symbol.for('${ACTIVE.description}')].take(this); }`,
      silent: true,
    });
    mark.take = null;
    return value;
  }

  /** What was read when this very value was thrown. @param {any} error @returns {Capture | null} */
  exceptionSeen(error) {
    return this.#seen && Object.is(this.#seen.error, error) ? this.#seen.capture : null;
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
