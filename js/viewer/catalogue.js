/**
 * The files of a store, as they are listed and opened. Those that were opened last keep their readers, because a
 * debugger's front end comes back again and again.
 */

const crypto = require('node:crypto');
const fs = require('node:fs');
const { UnreadableFile } = require('../replay/crash-file');
const { Reader } = require('./reader');

/** Readers that nobody uses at the moment. */
const MAX_IDLE = 3;

/** @typedef {import('../replay/entry').Entry} Entry */
/** @typedef {InstanceType<typeof Reader>} FileReader */

class Catalogue {
  #store;
  #options;
  /** Most recently used last. @type {Map<string, {key: string, reader: FileReader}>} */
  #open = new Map();
  /** Names in addresses that nobody can guess. @type {Map<string, string>} */
  #ids = new Map();
  #salt = crypto.randomBytes(16);

  /**
   * @param {import('./stores/directory').Store} store
   * @param {{mayReadFiles: boolean}} options whether source maps may be looked up on this machine
   */
  constructor(store, options) {
    this.#store = store;
    this.#options = options;
  }

  get title() {
    return this.#store.title;
  }

  /** @returns {Promise<Entry[]>} newest first */
  async list() {
    return this.#store.list();
  }

  /** The address of a crash for debuggers. @param {string} name @returns {string} like a UUID */
  idOf(name) {
    const hash = crypto.createHmac('sha256', this.#salt).update(name).digest('hex');
    const parts = [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20)];
    const id = [...parts, hash.slice(20, 32)].join('-');
    this.#ids.set(id, name);
    return id;
  }

  /** @param {string} id @returns {string | undefined} the name of its file */
  nameOf(id) {
    return this.#ids.get(id);
  }

  /**
   * @param {string} name of a file in the list; no other is ever opened
   * @param {Entry[]} [listed] the list, if the caller has it
   * @returns {Promise<Entry>}
   */
  async entryOf(name, listed) {
    const found = (listed ?? (await this.list())).find((entry) => entry.name === name);
    if (found) return found;
    const missing = new UnreadableFile(name, 'no such file', 'it may have been removed since');
    throw Object.assign(missing, { code: 'ENOENT' });
  }

  /** @param {Entry} entry @returns {Promise<string>} the path of its file on this machine */
  async fetch(entry) {
    return this.#store.fetch(entry);
  }

  /** @param {Entry} entry @returns {Promise<FileReader>} */
  async open(entry) {
    const { name } = entry;
    const file = await this.fetch(entry);
    const { mtimeMs, size } = fs.statSync(file);
    const key = `${file} ${mtimeMs} ${size}`;
    const known = this.#open.get(name);
    this.#open.delete(name);
    if (known?.key === key) {
      this.#open.set(name, known);
      return known.reader;
    }
    const reader = new Reader(file, this.#options, () => {
      if (this.#open.get(name)?.reader === reader) this.#open.delete(name);
    });
    this.#open.set(name, { key, reader });
    this.#closeIdle(reader);
    return reader;
  }

  /** Those that were not used for longest. @param {FileReader} latest */
  #closeIdle(latest) {
    const idle = [...this.#open].filter(([, { reader }]) => reader !== latest && reader.isIdle);
    for (const [name, { reader }] of idle.slice(0, Math.max(0, idle.length - MAX_IDLE))) {
      this.#open.delete(name);
      reader.close();
    }
  }

  /** @param {() => void} listener @returns {() => void} ends it */
  watch(listener) {
    return this.#store.watch(listener);
  }

  close() {
    for (const { reader } of this.#open.values()) reader.close();
    this.#store.close();
  }
}

module.exports = { Catalogue };
