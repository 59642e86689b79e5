'use strict';

const { programIsModule } = require('../entry.js');

// An ES module's imports cannot be watched (Node 20 to 26): these are loaded for it, the others are too slow to load.
const CHEAP = new Set(['child_process', 'dns', 'dns/promises', 'fs/promises', 'net']);

/**
 * Calls back as Node's own modules are loaded: loading them only to wrap their functions would make every start slower.
 */
class BuiltinModules {
  /** @type {Map<string, ((exports: any) => void)[]>} */
  #wanted = new Map();
  /** @type {Set<string>} */
  #loaded = new Set();
  #Module = /** @type {any} */ (require('node:module'));
  #wrapper;
  #whenTurned;

  /** What is loaded, in order: "NativeModule net". @type {string[]} */
  #loadList = /** @type {any} */ (process).moduleLoadList;
  #seen = 0;
  #watching = false;

  /** Whether the program's first file is an ES module. */
  programIsModule = programIsModule();

  /**
   * @param {InstanceType<typeof import('./wrap.js').Wrapper>} wrapper
   * @param {(body: () => void) => void} whenTurned runs it when the loop turns
   */
  constructor(wrapper, whenTurned) {
    this.#wrapper = wrapper;
    this.#whenTurned = whenTurned;
  }

  /**
   * @param {string} name such as "net"
   * @param {(exports: any) => void} install
   */
  whenLoaded(name, install) {
    if (this.#loaded.has(name)) return install(require(`node:${name}`));
    this.#wanted.set(name, [...(this.#wanted.get(name) ?? []), install]);
    if (this.#watching && this.#isLoaded(name)) this.install(name);
  }

  /** @param {string} name */
  #isLoaded(name) {
    const list = this.#loadList;
    if (list.includes(`NativeModule ${name}`)) return true;
    // What dns.promises is, too.
    return name === 'dns/promises' && list.includes('NativeModule internal/dns/promises');
  }

  /** After every whenLoaded: what is loaded already comes now, the rest when it is. */
  watch() {
    this.#watching = true;
    if (this.programIsModule) {
      for (const name of [...this.#wanted.keys()]) if (CHEAP.has(name)) this.install(name);
    }
    this.loadedNow();
    this.#wrapper.replace(this.#Module, '_load', {
      style: 'result',
      enter: (given) => {
        const request = given[0];
        if (typeof request !== 'string' || this.#wanted.size === 0) return undefined;
        const name = request.startsWith('node:') ? request.slice(5) : request;
        return this.#wanted.has(name) ? name : undefined;
      },
      leave: (/** @type {string} */ name) => {
        this.install(name);
        // What it has loaded in turn (https: net, tls).
        this.loadedNow();
      },
    });
    if (this.programIsModule) this.#syncImports();
    // An import() of a CommonJS program's sees the wrapped functions from then on.
    else {
      this.#whenTurned(() => {
        if (this.#wrapper.usable) this.#syncImports();
      });
    }
  }

  /** Something that needs Node's modules has happened: those that were loaded meanwhile are wrapped now. */
  loadedNow() {
    const { length } = this.#loadList;
    // Asked for each request.
    if (length === this.#seen || this.#wanted.size === 0) return;
    this.#seen = length;
    for (const name of [...this.#wanted.keys()]) {
      if (this.#isLoaded(name)) this.install(name);
    }
  }

  /** Nothing is wrapped any more, and imports see what has been put back. */
  stop() {
    this.#wanted.clear();
    if (this.#synced) this.#syncImports();
  }

  /** It is loaded. @param {string} name */
  install(name) {
    const installs = this.#wanted.get(name);
    if (!installs) return;
    this.#wanted.delete(name);
    this.#loaded.add(name);
    const exports = require(`node:${name}`);
    for (const install of installs) install(exports);
    if (this.#synced) this.#syncImports();
  }

  #synced = false;

  #syncImports() {
    this.#synced = true;
    /** @type {any} */ (process).getBuiltinModule?.('node:module').syncBuiltinESMExports() ??
      this.#Module.syncBuiltinESMExports?.();
  }
}

module.exports = { BuiltinModules };
