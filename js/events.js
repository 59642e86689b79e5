'use strict';

const { channel } = require('node:diagnostics_channel');
const { EventEmitter } = require('node:events');

// Event name to channel: a new kind of event is one row.
const CHANNELS = {
  lag: channel('loopdet:lag'),
  stall: channel('loopdet:stall'),
  'slow-io': channel('loopdet:slow-io'),
  gc: channel('loopdet:gc'),
  crash: channel('loopdet:crash'),
  profile: channel('loopdet:profile'),
  heap: channel('loopdet:heap'),
  warning: channel('loopdet:warning'),
};

/** What `loopdet-addon/api` hands out. */
const emitter = new EventEmitter();

/** @param {any} event as interface.md shapes it */
function publish(event) {
  const target = CHANNELS[/** @type {keyof typeof CHANNELS} */ (event.event)];
  if (target?.hasSubscribers) target.publish(event);
  if (emitter.listenerCount(event.event) > 0) emitter.emit(event.event, event);
}

/**
 * Says what happened: on stderr (live log, notices, warnings) and to the program's subscribers.
 */
class Reporter {
  #binding;
  #threadId;
  /** @type {Set<string>} */
  #warned = new Set();
  /** Not yet published. @type {object[]} */
  #waiting = [];

  /** @param {any} binding @param {number} threadId */
  constructor(binding, threadId) {
    this.#binding = binding;
    this.#threadId = threadId;
  }

  /** @param {string} event @param {object} fields */
  event(event, fields) {
    publish(this.#log(event, fields));
  }

  /**
   * From the middle of the program's own code: its subscribers hear of it with the next `deliver`.
   * @param {string} event
   * @param {object} fields
   */
  later(event, fields) {
    this.#waiting.push(this.#log(event, fields));
  }

  deliver() {
    for (const event of this.#waiting.splice(0)) publish(event);
  }

  /** @param {string} event @param {object} fields */
  #log(event, fields) {
    const whole = {
      event,
      time: new Date().toISOString(),
      pid: process.pid,
      threadId: this.#threadId,
      ...fields,
    };
    this.#binding.emit(JSON.stringify(whole));
    return whole;
  }

  /** A file was written that a person looks for. @param {'crash' | 'heap'} event @param {string} file @param {object} [fields] */
  file(event, file, fields = {}) {
    this.#binding.notice(`${event} file ${file}`);
    this.event(event, { file, ...fields });
  }

  /** Something of ours does not work: one line for each thing. @param {string} what @param {unknown} error */
  failed(what, error) {
    if (this.#warned.has(what)) return;
    this.#warned.add(what);
    const { code, message = String(error) } = /** @type {any} */ (error ?? {});
    this.#binding.warn(`no ${what}: ${message}`, code === 'ERR_LOOPDET_NATIVE');
  }
}

module.exports = { Reporter, emitter, publish };
