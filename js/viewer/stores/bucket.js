/** The files in a bucket: listed by their names and starts, fetched as they are opened. */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const { Bucket } = require('../../bucket/client');
const { newestFirst } = require('../../replay/directory');
const { HEAD_BYTES, entryOf, isOurs, isSaidByName, parseStart } = require('../../replay/entry');

// A bucket tells nobody when a file arrives.
const ASK_AGAIN_MS = 15_000;
const AT_ONCE = 16;
/** What is kept of the files that were opened. */
const MAX_KEPT_BYTES = 512e6;
// Those whose starts have come so far are shown meanwhile.
const TELL_MS = 1000;

/** @typedef {import('../../replay/entry').Entry} Entry */
/** @typedef {import('./directory').Store} Store */
/** @typedef {{name: string, bytes: number, modified: Date}} Item */

/** @implements {Store} */
class BucketStore {
  #bucket;
  /** @type {Item[]} */
  #items = [];
  #listedAt = Number.NEGATIVE_INFINITY;
  /** The starts of files, by name; null: no JSON. @type {Map<string, {key: string, document: any}>} */
  #starts = new Map();
  /** Where what was opened is kept, oldest first. @type {Map<string, {file: string, bytes: number}>} */
  #kept = new Map();
  #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loopdet-bucket-'));
  /** @type {Set<() => void>} */
  #listeners = new Set();
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  #isReading = false;
  #isClosed = false;

  /** @param {string} address */
  constructor(address) {
    this.#bucket = new Bucket(address);
    this.title = this.#bucket.title;
    // However the process ends.
    process.once('exit', () => this.close());
  }

  async list() {
    if (performance.now() - this.#listedAt > ASK_AGAIN_MS) await this.#listAgain();
    const entries = this.#items.map((item) => this.#entryOf(item));
    return /** @type {Entry[]} */ (entries.filter((entry) => entry !== null)).sort(newestFirst);
  }

  async #listAgain() {
    const items = [];
    for await (const item of this.#bucket.list()) if (isOurs(item.name)) items.push(item);
    this.#listedAt = performance.now();
    this.#items = items;
    this.#readStarts();
  }

  /** @param {Item} item */
  #entryOf(item) {
    const { name } = item;
    const known = this.#starts.get(name);
    const start = () => (known?.key === keyOf(item) ? known.document : undefined);
    return entryOf({ ...item, file: this.title + name, start });
  }

  /** Newest first, while the list is shown already without them. */
  async #readStarts() {
    if (this.#isReading) return;
    this.#isReading = true;
    const waiting = this.#items
      .filter(
        (item) => !isSaidByName(item.name) && this.#starts.get(item.name)?.key !== keyOf(item),
      )
      .sort((a, b) => a.modified.getTime() - b.modified.getTime());
    let told = performance.now();
    const readOne = async () => {
      for (let item = waiting.pop(); item && !this.#isClosed; item = waiting.pop()) {
        await this.#readStart(item);
        if (performance.now() - told < TELL_MS) continue;
        told = performance.now();
        this.#tell();
      }
    };
    const hadSome = waiting.length > 0;
    await Promise.all(Array.from({ length: AT_ONCE }, readOne));
    this.#isReading = false;
    if (hadSome) this.#tell();
  }

  /** @param {Item} item */
  async #readStart(item) {
    const { name, bytes } = item;
    try {
      const head = await this.#bucket.head(name, Math.min(bytes, HEAD_BYTES) || 1);
      this.#starts.set(name, { key: keyOf(item), document: parseStart(head, bytes) });
    } catch {
      // It shows by its name, and is asked for again with the next list.
    }
  }

  #tell() {
    for (const listener of this.#listeners) listener();
  }

  /** @param {Entry} entry @returns {Promise<string>} */
  async fetch({ name, bytes }) {
    const kept = this.#kept.get(name);
    this.#kept.delete(name);
    if (kept?.bytes === bytes) {
      this.#kept.set(name, kept);
      return kept.file;
    }
    // Its own folder, so that it has its own name, which tells what it is.
    const folder = fs.mkdtempSync(path.join(this.#folder, 'file-'));
    const file = path.join(folder, path.basename(name));
    await pipeline(
      await this.#bucket.read(name),
      fs.createWriteStream(file, { mode: 0o600, flags: 'wx' }),
    );
    this.#kept.set(name, { file, bytes });
    this.#forget();
    return file;
  }

  #forget() {
    let sum = 0;
    for (const { bytes } of this.#kept.values()) sum += bytes;
    for (const [name, { file, bytes }] of this.#kept) {
      if (sum <= MAX_KEPT_BYTES || this.#kept.size === 1) return;
      sum -= bytes;
      this.#kept.delete(name);
      fs.rmSync(path.dirname(file), { recursive: true, force: true });
    }
  }

  /** @param {() => void} listener @returns {() => void} */
  watch(listener) {
    this.#listeners.add(listener);
    this.#timer ??= setInterval(async () => {
      if (this.#listeners.size === 0) return;
      const before = JSON.stringify(this.#items);
      await this.#listAgain().catch(() => {});
      if (JSON.stringify(this.#items) !== before) this.#tell();
    }, ASK_AGAIN_MS).unref();
    return () => this.#listeners.delete(listener);
  }

  close() {
    this.#isClosed = true;
    clearInterval(this.#timer);
    this.#bucket.close();
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** @param {Item} item */
const keyOf = ({ bytes, modified }) => `${modified.getTime()} ${bytes}`;

module.exports = { BucketStore };
