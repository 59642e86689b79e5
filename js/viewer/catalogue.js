/**
 * The files of a directory, as they are listed and opened. The start of each is read once, as long as it does not change;
 * what was opened last is kept, within a limit, because a debugger's front end comes back for it again and again.
 */

const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { isBox, readBox } = require('../cli/black-box');
const { UnreadableFile, readFile } = require('../replay/crash-file');
const { listDirectory } = require('../replay/directory');
const { PausedProcess } = require('../replay/paused-process');

/** Of the open documents, by the bytes of their files: each takes about five times as much memory. */
const MAX_OPEN_BYTES = 32e6;
// A larger one would take more memory than a page is worth.
const MAX_BYTES = 64e6;
// A file that arrives is renamed into place, others change around it.
const SETTLE_MS = 100;

/** @typedef {import('../replay/directory').Entry} Entry */
/** @typedef {import('../replay/crash-file').LoadedFile} LoadedFile */
/** @typedef {import('../replay/session').PausedProcess} Paused */
/** @typedef {{entry: Entry, key: string, loaded: LoadedFile, paused?: Paused}} Open */

class Catalogue {
  /** @type {import('../replay/directory').Known} */
  #known = new Map();
  /** Most recently used last. @type {Map<string, Open>} */
  #open = new Map();
  /** Names in addresses that nobody can guess. @type {Map<string, string>} */
  #ids = new Map();
  #salt = crypto.randomBytes(16);
  /** @type {Set<() => void>} */
  #listeners = new Set();
  /** @type {fs.FSWatcher | undefined} */
  #watcher;
  /** @type {NodeJS.Timeout | undefined} */
  #settling;

  /** @param {string} place a directory, or one file in it */
  constructor(place) {
    const isFile = fs.statSync(place, { throwIfNoEntry: false })?.isFile() === true;
    this.directory = path.resolve(isFile ? path.dirname(place) : place);
    this.only = isFile ? path.basename(place) : null;
  }

  /** @returns {Entry[]} newest first */
  list() {
    const entries = listDirectory(this.directory, this.#known);
    return this.only === null ? entries : entries.filter(({ name }) => name === this.only);
  }

  /** The address of a crash for debuggers. @param {string} name @returns {string} like a UUID */
  idOf(name) {
    const hash = crypto.createHmac('sha256', this.#salt).update(name).digest('hex');
    const id = [hash.slice(0, 8), hash.slice(8, 12), hash.slice(12, 16), hash.slice(16, 20)];
    const address = [...id, hash.slice(20, 32)].join('-');
    this.#ids.set(address, name);
    return address;
  }

  /** @param {string} id @returns {string | undefined} the name of its file */
  nameOf(id) {
    return this.#ids.get(id);
  }

  /**
   * @param {string} name of a file in the directory; nothing else is ever opened
   * @returns {Open}
   * @throws {UnreadableFile}
   */
  open(name) {
    const file = this.fileOf(name);
    const stat = fs.statSync(file);
    const key = `${stat.mtimeMs} ${stat.size}`;
    const known = this.#open.get(name);
    this.#open.delete(name);
    if (known?.key === key) {
      this.#open.set(name, known);
      return known;
    }
    const loaded = isBox(file) ? readBox(file) : readFile(file, { maxBytes: MAX_BYTES });
    const entry = /** @type {Entry} */ (this.list().find((one) => one.name === name));
    const opened = { entry, key, loaded };
    this.#open.set(name, opened);
    this.#forget(name);
    return opened;
  }

  /** @param {string} name @param {{mayReadFiles: boolean}} options @returns {Paused} */
  paused(name, options) {
    const open = this.open(name);
    if (open.loaded.type !== 'crash') {
      throw new UnreadableFile(name, 'is no crash file', 'only those open in a debugger');
    }
    open.paused ??= new PausedProcess(open.loaded.document, options);
    return open.paused;
  }

  /** @param {string} name @returns {string} its path */
  fileOf(name) {
    if (!this.list().some((entry) => entry.name === name)) {
      const missing = new UnreadableFile(name, 'no such file', 'it may have been removed since');
      throw Object.assign(missing, { code: 'ENOENT' });
    }
    return path.join(this.directory, name);
  }

  /** What was not used for longest goes. @param {string} latest */
  #forget(latest) {
    let bytes = 0;
    for (const { loaded } of this.#open.values()) bytes += loaded.bytes;
    for (const [name, { loaded }] of this.#open) {
      if (bytes <= MAX_OPEN_BYTES || name === latest) return;
      bytes -= loaded.bytes;
      this.#open.delete(name);
    }
  }

  /** @param {() => void} listener called when files have come, gone or changed @returns {() => void} ends it */
  watch(listener) {
    this.#listeners.add(listener);
    this.#watcher ??= fs.watch(this.directory, { persistent: false }, () => this.#changed());
    this.#watcher.on('error', () => {});
    return () => this.#listeners.delete(listener);
  }

  #changed() {
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      for (const listener of this.#listeners) listener();
    }, SETTLE_MS);
  }

  close() {
    this.#watcher?.close();
    clearTimeout(this.#settling);
  }
}

module.exports = { Catalogue };
