/**
 * The files of a store, as they are listed and opened. What was opened last is kept, within a limit, because a debugger's
 * front end comes back for it again and again.
 */

const crypto = require('node:crypto');
const fs = require('node:fs');
const { isBox, readBox } = require('../cli/black-box');
const { UnreadableFile, readFile } = require('../replay/crash-file');
const { PausedProcess } = require('../replay/paused-process');

/** Of the open documents, by the bytes of their files: each takes about five times as much memory. */
const MAX_OPEN_BYTES = 32e6;
// A larger one would take more memory than a page is worth.
const MAX_BYTES = 64e6;

/** @typedef {import('../replay/entry').Entry} Entry */
/** @typedef {import('../replay/crash-file').LoadedFile} LoadedFile */
/** @typedef {import('../replay/session').PausedProcess} Paused */
/** @typedef {{entry: Entry, file: string, key: string, loaded: LoadedFile, paused?: Paused}} Open */

class Catalogue {
  #store;
  /** Most recently used last. @type {Map<string, Open>} */
  #open = new Map();
  /** Names in addresses that nobody can guess. @type {Map<string, string>} */
  #ids = new Map();
  #salt = crypto.randomBytes(16);

  /** @param {import('./stores/directory').Store} store */
  constructor(store) {
    this.#store = store;
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

  /** @param {string} name of a file in the list; no other is ever opened @returns {Promise<Entry>} */
  async entryOf(name) {
    const found = (await this.list()).find((entry) => entry.name === name);
    if (found) return found;
    const missing = new UnreadableFile(name, 'no such file', 'it may have been removed since');
    throw Object.assign(missing, { code: 'ENOENT' });
  }

  /** @param {string} name @returns {Promise<{entry: Entry, file: string}>} and its path on this machine */
  async fetch(name) {
    const entry = await this.entryOf(name);
    return { entry, file: await this.#store.fetch(entry) };
  }

  /**
   * @param {string} name
   * @returns {Promise<Open>}
   * @throws {UnreadableFile}
   */
  async open(name) {
    const { entry, file } = await this.fetch(name);
    const stat = fs.statSync(file);
    const key = `${file} ${stat.mtimeMs} ${stat.size}`;
    const known = this.#open.get(name);
    this.#open.delete(name);
    if (known?.key === key) {
      this.#open.set(name, known);
      return known;
    }
    const loaded = isBox(file) ? readBox(file) : readFile(file, { maxBytes: MAX_BYTES });
    const opened = { entry, file, key, loaded };
    this.#open.set(name, opened);
    this.#forget();
    return opened;
  }

  /** @param {string} name @param {{mayReadFiles: boolean}} options @returns {Promise<{paused: Paused, file: string}>} */
  async paused(name, options) {
    const open = await this.open(name);
    if (open.loaded.type !== 'crash') {
      throw new UnreadableFile(name, 'is no crash file', 'only those open in a debugger');
    }
    open.paused ??= new PausedProcess(open.loaded.document, options);
    return { paused: open.paused, file: open.file };
  }

  /** What was not used for longest goes. */
  #forget() {
    let bytes = 0;
    for (const { loaded } of this.#open.values()) bytes += loaded.bytes;
    for (const [name, { loaded }] of this.#open) {
      if (bytes <= MAX_OPEN_BYTES || this.#open.size === 1) return;
      bytes -= loaded.bytes;
      this.#open.delete(name);
    }
  }

  /** @param {() => void} listener @returns {() => void} ends it */
  watch(listener) {
    return this.#store.watch(listener);
  }

  close() {
    this.#store.close();
  }
}

module.exports = { Catalogue };
