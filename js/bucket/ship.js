/**
 * Copies the finished files of a directory into a bucket, each once. Which have been sent stands in a file beside them,
 * line by line, so that whatever ends this process, nothing is lost and little is sent twice.
 */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: wait } = require('node:timers/promises');
const { listDirectory } = require('../replay/directory');

const SENT = '.shipped';
const ATTEMPTS = 5;
const FIRST_WAIT_MS = 500;

/**
 * What became of a file: sent, or why it was not.
 * @typedef {{name: string, bytes: number, key: string, error?: string}} Shipped
 * @typedef {Pick<InstanceType<typeof import('./client').Bucket>, 'write'>} Target
 */

/** A line of SENT: a file that is written again is another one. @param {import('../replay/entry').Entry} entry */
function lineOf({ name, file }) {
  const { mtimeMs, size } = fs.statSync(file);
  return JSON.stringify({ name, bytes: size, modified: mtimeMs });
}

/** @param {string} directory @returns {Set<string>} the lines of those that were sent */
function readSent(directory) {
  try {
    return new Set(fs.readFileSync(path.join(directory, SENT), 'utf8').split('\n'));
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOENT') return new Set();
    throw error;
  }
}

/** Forgets files that are gone. @param {string} directory @param {Set<string>} sent @param {Set<string>} there lines of the files that are */
function tidySent(directory, sent, there) {
  const kept = [...sent].filter((line) => there.has(line));
  if (kept.length === sent.size) return;
  const file = path.join(directory, SENT);
  fs.writeFileSync(`${file}.new`, kept.map((line) => `${line}\n`).join(''), { mode: 0o600 });
  fs.renameSync(`${file}.new`, file);
}

/** @param {Target} bucket @param {string} file @param {string} key @param {number} bytes */
async function send(bucket, file, key, bytes) {
  for (let attempt = 1; ; attempt++) {
    try {
      // A stream that was read in part cannot be sent again.
      return await bucket.write(key, fs.createReadStream(file), bytes);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      await wait(FIRST_WAIT_MS * 2 ** (attempt - 1));
    }
  }
}

/**
 * @param {string} directory
 * @param {Target} bucket
 * @param {(shipped: Shipped) => void} tell called for each as it is done
 */
async function ship(directory, bucket, tell) {
  const sent = readSent(directory);
  // A black box is of a process that lives, or waits for recovery: its crash file is sent.
  const entries = listDirectory(directory).filter(
    ({ partial, kind }) => !partial && kind !== 'blackbox',
  );
  const there = new Set();
  // Oldest first: they are the next to be removed.
  for (const entry of entries.reverse()) {
    const { name, file, bytes } = entry;
    try {
      const line = lineOf(entry);
      there.add(line);
      if (sent.has(line)) continue;
      const key = name.includes('/') ? name : `${os.hostname()}/${name}`;
      await send(bucket, file, key, bytes);
      fs.appendFileSync(path.join(directory, SENT), `${line}\n`, { mode: 0o600 });
      sent.add(line);
      tell({ name, bytes, key });
    } catch (error) {
      const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
      // Removed meanwhile, to make room.
      if (code !== 'ENOENT') tell({ name, bytes, key: '', error: message });
    }
  }
  tidySent(directory, sent, there);
}

module.exports = { ship };
