'use strict';

const { LiveValues } = require('./live-values.js');
const { ValueReader } = require('./value-reader.js');
const { adopt } = require('../adopt.js');
const { ACTIVE, now, ownFolder } = require('../builtins.js');

// Where the native hooks call, and where the pause for a hook begins.
const HOOK = 'crash/index.js';
// A script longer than this is not put in the file; the viewer says so.
const MAX_SOURCE = 512 * 1024;

/** @typedef {InstanceType<typeof import('./session.js').Session>} Session */

/**
 * What one pause gave, in the protocol's own shapes.
 * @typedef {object} Capture
 * @property {any} paused the parameters of Debugger.paused, without our own frames
 * @property {Record<string, string>} objects objectId to the result of Runtime.getProperties, as JSON text
 * @property {Record<string, {params: any, source: string | null}>} scripts of the frames, by scriptId
 * @property {string[]} truncated
 * @property {number} elapsedMs
 */

/**
 * `give` of builtins.js, to the inspector: a variable of the hook's frame. Any other way to it the program could change.
 * @param {Session} session
 * @param {any[]} callFrames
 * @returns {string} its objectId
 */
function findGive(session, callFrames) {
  const hook = callFrames.find(({ url }) => url.startsWith(ownFolder()) && url.endsWith(HOOK));
  const { result } = session.post('Debugger.evaluateOnCallFrame', {
    callFrameId: hook.callFrameId,
    expression: '_give',
    objectGroup: 'backtrace',
    silent: true,
  });
  return result.objectId;
}

/**
 * The frames that are read, each with the values of its scopes and its `this`.
 * @param {any[]} callFrames
 * @param {InstanceType<typeof LiveValues>} live
 */
function withValues(callFrames, live) {
  // Node's own frames hold hundreds of functions and nothing of the program's.
  const read = callFrames.filter(({ url }) => !url.startsWith('node:'));
  const scopesOf = (/** @type {any} */ frame) =>
    frame.scopeChain.filter((/** @type {any} */ { type }) => type !== 'global');
  const ids = read.flatMap((frame) => [
    ...scopesOf(frame).map((/** @type {any} */ { object }) => object.objectId),
    ...(frame.this?.objectId ? [frame.this.objectId] : []),
  ]);
  const values = live.of(ids);
  return read.map((frame) => ({
    frame,
    scopes: scopesOf(frame)
      .map((/** @type {any} */ { type, object: { objectId } }) => ({
        type,
        id: objectId,
        value: values.get(objectId),
      }))
      .filter((/** @type {any} */ { value }) => value !== undefined),
    receiver: values.get(frame.this?.objectId),
  }));
}

/**
 * Reads what a pause shows: the frames, the values in their scopes, and their sources.
 */
class FrameReader {
  #binding;
  #config;
  #session;
  /** What the inspector has told of, by its id. @type {Map<string, any>} */
  #scripts = new Map();
  /** Of `give` in builtins.js, to the inspector. @type {string | undefined} */
  #giveId;

  /**
   * @param {any} binding
   * @param {{captureMaxMs: number, captureMaxBytes: number, captureDepth: number}} config
   * @param {Session} session
   */
  constructor(binding, config, session) {
    this.#binding = binding;
    this.#config = config;
    this.#session = session;
    session.on('Debugger.scriptParsed', (params) => this.#scripts.set(params.scriptId, params));
  }

  /** @param {string} scriptId @returns {string} its URL, or '' */
  urlOf(scriptId) {
    return this.#scripts.get(scriptId)?.url ?? '';
  }

  /** The debugger is off: what it has told of is void. */
  forget() {
    this.#scripts.clear();
  }

  /** Before the program runs, for pauses that do not begin in a hook of ours. */
  findGive() {
    const expression = `process[Symbol.for('${ACTIVE.description}')].give`;
    const { result } = this.#session.post('Runtime.evaluate', {
      expression,
      objectGroup: 'loopdet',
    });
    this.#giveId = result.objectId;
  }

  /** The very value that is thrown. @param {any} remote */
  errorOf(remote) {
    if (remote.subtype === 'null') return null;
    const { objectId } = remote;
    return objectId ? this.#liveValues([]).of([objectId]).get(objectId) : remote.value;
  }

  /** @param {any[]} callFrames with ours */
  #liveValues(callFrames) {
    const giveId = this.#giveId ?? findGive(this.#session, callFrames);
    return new LiveValues(this.#session, giveId, this.#binding.rejectedBy);
  }

  /**
   * @param {any} params of Debugger.paused, while it lasts
   * @param {number} began now() of builtins.js
   * @param {number} [pausedAt] likewise: what it took to get there counts, but leaves the reading its time
   * @returns {Capture}
   */
  read(params, began, pausedAt = began) {
    /** @type {string[]} */
    const truncated = [];
    const paused = adopt(params);
    // The protocol leaves a frame's url empty; the script has it.
    for (const frame of paused.callFrames) frame.url ||= this.urlOf(frame.location.scriptId);
    const live = this.#liveValues(paused.callFrames);
    paused.callFrames = paused.callFrames.slice(
      paused.callFrames.findIndex((/** @type {any} */ frame) => !frame.url.startsWith(ownFolder())),
    );
    const inside = {
      classOf: this.#binding.classOf,
      ofPromise: this.#binding.insideOfPromise,
      ofProxy: this.#binding.insideOfProxy,
      entriesOf: this.#binding.entriesOf,
      privateFields: (/** @type {any} */ value) => live.privateFields(value),
    };
    const budget = {
      deadline: pausedAt + this.#config.captureMaxMs,
      // The frames are in the file twice.
      bytes: this.#config.captureMaxBytes - 2 * JSON.stringify(paused).length,
      depth: this.#config.captureDepth,
      truncated,
    };
    const reader = new ValueReader(inside, budget);
    reader.read(withValues(paused.callFrames, live));
    const scripts = this.#readScripts(paused.callFrames, budget);
    return {
      paused,
      objects: reader.objects,
      scripts,
      truncated,
      elapsedMs: now() - began,
    };
  }

  /** @param {any[]} callFrames @param {import('./value-reader.js').Budget} budget */
  #readScripts(callFrames, budget) {
    const { truncated } = budget;
    /** @type {Capture['scripts']} */
    const scripts = {};
    for (const { location, url } of callFrames) {
      const id = location.scriptId;
      if (id in scripts) continue;
      const params = adopt(this.#scripts.get(id)) ?? { scriptId: id, url };
      // None was worked out (binding.enableDebugger): who has the source can.
      delete params.hash;
      // A map within the script, which has it too.
      if (params.sourceMapURL?.startsWith('data:')) params.sourceMapURL = 'data:';
      scripts[id] = { params, source: null };
      if (url.startsWith('node:')) continue;
      const { length } = params;
      if (length > MAX_SOURCE || length > budget.bytes) {
        truncated.push(`source of ${url}: ${length} characters`);
        continue;
      }
      budget.bytes -= length;
      try {
        scripts[id].source = this.#session.post('Debugger.getScriptSource', {
          scriptId: id,
        }).scriptSource;
      } catch {
        truncated.push(`source of ${url}: the inspector no longer has it`);
      }
    }
    return scripts;
  }
}

module.exports = { FrameReader };
