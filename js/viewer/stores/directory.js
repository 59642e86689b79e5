/** The files of a directory of this machine, or one of them. */

const fs = require('node:fs');
const path = require('node:path');
const { listDirectory } = require('../../replay/directory');

// A file that arrives is renamed into place, others change around it.
const SETTLE_MS = 100;

/** @typedef {import('../../replay/entry').Entry} Entry */

/**
 * Where files are.
 * @typedef {object} Store
 * @property {string} title
 * @property {() => Entry[] | Promise<Entry[]>} list newest first
 * @property {(entry: Entry) => string | Promise<string>} fetch the path of its file on this machine
 * @property {(listener: () => void) => () => void} watch calls when files have come, gone or changed, until it is ended
 * @property {() => void} close
 */

/** @implements {Store} */
class DirectoryStore {
  /** @type {import('../../replay/directory').Known} */
  #known = new Map();
  /** @type {Set<() => void>} */
  #listeners = new Set();
  /** Of the directory and its folders, by path. @type {Map<string, fs.FSWatcher>} */
  #watchers = new Map();
  /** @type {NodeJS.Timeout | undefined} */
  #settling;
  #directory;
  #only;

  /** @param {string} place a directory, or one file in it */
  constructor(place) {
    const isFile = fs.statSync(place, { throwIfNoEntry: false })?.isFile() === true;
    this.title = path.resolve(place);
    this.#directory = isFile ? path.dirname(this.title) : this.title;
    this.#only = isFile ? path.basename(place) : null;
  }

  list() {
    const entries = listDirectory(this.#directory, this.#known);
    return this.#only === null ? entries : entries.filter(({ name }) => name === this.#only);
  }

  /** @param {Entry} entry */
  fetch({ file }) {
    return file;
  }

  /** @param {() => void} listener @returns {() => void} */
  watch(listener) {
    this.#listeners.add(listener);
    this.#watchAll();
    return () => this.#listeners.delete(listener);
  }

  /** Not `recursive`: Node would watch each file by itself. */
  #watchAll() {
    const folders = fs
      .readdirSync(this.#directory, { withFileTypes: true })
      .filter((found) => found.isDirectory())
      .map(({ name }) => path.join(this.#directory, name));
    for (const folder of [this.#directory, ...folders]) {
      if (this.#watchers.has(folder)) continue;
      try {
        const watcher = fs.watch(folder, { persistent: false }, () => this.#changed());
        this.#watchers.set(folder, watcher);
        const forget = () => this.#watchers.delete(folder);
        watcher.on('error', forget).on('close', forget);
      } catch {
        // Nobody's to read, or gone in this moment.
      }
    }
  }

  #changed() {
    this.#settling ??= setTimeout(() => {
      this.#settling = undefined;
      this.#watchAll();
      for (const listener of this.#listeners) listener();
    }, SETTLE_MS);
  }

  close() {
    for (const watcher of this.#watchers.values()) watcher.close();
    clearTimeout(this.#settling);
  }
}

module.exports = { DirectoryStore };
