'use strict';

const { channel } = require('node:diagnostics_channel');
const { EventEmitter } = require('node:events');

// Event name to channel: a new kind of event is one row.
const CHANNELS = {
  lag: channel('loopdet:lag'),
  stall: channel('loopdet:stall'),
  'slow-io': channel('loopdet:slow-io'),
  gc: channel('loopdet:gc'),
  memory: channel('loopdet:memory'),
  crash: channel('loopdet:crash'),
  profile: channel('loopdet:profile'),
  heap: channel('loopdet:heap'),
  warning: channel('loopdet:warning'),
};

/** What `loopdet-addon/api` hands out. */
const emitter = new EventEmitter();

// Before the program can replace them.
const { stringify, parse } = JSON;
const { apply } = Reflect;
const { listenerCount } = EventEmitter.prototype;
const TheDate = Date;
const { toISOString } = Date.prototype;

/** @param {any} event as interface.md shapes it */
function publish(event) {
  const target = CHANNELS[/** @type {keyof typeof CHANNELS} */ (event.event)];
  if (target?.hasSubscribers) target.publish(event);
  if (apply(listenerCount, emitter, [event.event]) > 0) emitter.emit(event.event, event);
}

/**
 * Says what happened: on stderr (live log, notices, warnings) and to the program's subscribers. It is called while a crash
 * is written, too: only the subscribers' own code may use what the program can change.
 */
class Reporter {
  #binding;
  #threadId;
  /** @type {Record<string, true>} */
  #warned = Object.create(null);
  /** Not yet published: events, or their texts. @type {(object | string)[]} */
  #waiting = [];
  #waitingCount = 0;
  /** The program's own code is under way, and none of it may be called. */
  #isBusy = false;

  /** @param {any} binding @param {number} threadId */
  constructor(binding, threadId) {
    this.#binding = binding;
    this.#threadId = threadId;
  }

  /** @param {string} event @param {Record<string, any>} fields */
  event(event, fields) {
    const text = stringify({ __proto__: null, ...this.#about(event), ...fields });
    this.#binding.emit(text);
    this.wait(text);
    if (!this.#isBusy) return this.deliver();
    this.#binding.askForEvents();
  }

  /**
   * From the middle of the program's own code: its subscribers hear of it with the next `deliver`.
   * @param {string} event
   * @param {object} fields
   */
  later(event, fields) {
    const whole = { ...this.#about(event), ...fields };
    this.#binding.emit(stringify(whole));
    this.wait(whole);
  }

  /** @param {string} event */
  #about(event) {
    const time = apply(toISOString, new TheDate(), []);
    return { event, time, pid: process.pid, threadId: this.#threadId };
  }

  /** The program's subscribers hear of it with the next `deliver`. @param {object | string} event or its text */
  wait(event) {
    this.#waiting[this.#waitingCount++] = event;
  }

  /** Runs `body` in the middle of the program's own code: its subscribers hear later. @template T @param {() => T} body @returns {T} */
  whileBusy(body) {
    const before = this.#isBusy;
    this.#isBusy = true;
    try {
      return body();
    } finally {
      this.#isBusy = before;
    }
  }

  deliver() {
    const waiting = this.#waiting;
    const count = this.#waitingCount;
    this.#waiting = [];
    this.#waitingCount = 0;
    let told = 0;
    try {
      while (told < count) {
        const event = waiting[told++];
        publish(typeof event === 'string' ? parse(event) : event);
      }
    } finally {
      // A subscriber threw: that is the program's, and the rest comes next.
      if (told < count) {
        for (let i = told; i < count; i++) this.wait(waiting[i]);
        this.#binding.askForEvents();
      }
    }
  }

  /** A file was written that a person looks for. @param {'crash' | 'heap'} event @param {string} file @param {Record<string, string>} [fields] */
  file(event, file, fields = {}) {
    this.#binding.notice(`${event} file ${file}`);
    this.event(event, { file, ...fields });
  }

  /**
   * Writes a CPU profile. The stall or crash file, which has a notice, names it.
   * @param {string} stem
   * @param {string} text
   * @returns {string} the file's name
   */
  profile(stem, text) {
    const file = this.#binding.writeFile('CPU', stem, 'cpuprofile', text);
    this.event('profile', { file });
    return this.profileName(stem);
  }

  /** @param {string} stem @returns {string} the name of the file that has this stem's CPU profile */
  profileName(stem) {
    return `CPU.${stem}.cpuprofile`;
  }

  /** Something of ours does not work: one line for each thing. @param {string} what @param {any} error */
  failed(what, error) {
    if (this.#warned[what]) return;
    this.#warned[what] = true;
    const message = error?.message ?? `${error}`;
    this.#binding.warn(`no ${what}: ${message}`, error?.code === 'ERR_LOOPDET_NATIVE');
  }
}

module.exports = { Reporter, emitter, publish };
