/**
 * The process that reads one file for the server: a file may be huge, or made to break whoever reads it. It answers what
 * reader.js asks, and speaks the protocol with each client of its crash.
 */

const { isBox, readBox } = require('../cli/black-box');
const { UnreadableFile, readFile } = require('../replay/crash-file');
const { EvaluatorProcess } = require('../replay/evaluator');
const { PausedProcess } = require('../replay/paused-process');
const { ReplaySession } = require('../replay/session');
const { addOriginals } = require('../replay/source-maps');
const { crashPage } = require('./pages/crash');
const { otherPage } = require('./pages/other');

// A larger one would take gigabytes of memory.
const MAX_BYTES = 128e6;

const [file, readsFiles] = process.argv.slice(2);
const options = { mayReadFiles: readsFiles === 'true' };

/** @type {import('../replay/crash-file').LoadedFile | undefined} */
let loaded;
/** @type {InstanceType<typeof PausedProcess> | undefined} */
let paused;
/** @type {Map<number, InstanceType<typeof ReplaySession>>} */
const sessions = new Map();

function load() {
  loaded ??= isBox(file) ? readBox(file) : readFile(file, { maxBytes: MAX_BYTES });
  return loaded;
}

/** @param {object} message */
function say(message) {
  process.send?.(message);
}

/** @param {import('./pages/crash').Shown} shown without what is read here @returns {string} */
function page(shown) {
  const read = load();
  if (read.type !== 'crash') return String(otherPage(shown.entry, read));
  const originals = addOriginals(read.document, options);
  return String(crashPage({ ...shown, loaded: { ...read, originals } }));
}

/** @param {number} session */
function open(session) {
  const read = load();
  if (read.type !== 'crash') {
    throw new UnreadableFile(file, 'is no crash file', 'only those open in a debugger');
  }
  paused ??= new PausedProcess(read.document, options);
  const send = (/** @type {string} */ text) => say({ session, text });
  sessions.set(session, new ReplaySession(paused, new EvaluatorProcess(paused, file), send));
}

/** TABLE of what reader.js asks; the answer goes back with the number of its question. @type {Record<string, (message: any) => unknown>} */
const ANSWERS = {
  page: ({ shown }) => page(shown),
  open: ({ session }) => open(session),
};

process.on('message', (/** @type {any} */ message) => {
  const { id, ask, session, text } = message;
  if (ask === 'close') {
    sessions.get(session)?.close();
    sessions.delete(session);
  } else if (text !== undefined) {
    sessions.get(session)?.receive(text);
  } else {
    try {
      say({ id, answer: ANSWERS[ask](message) ?? null });
    } catch (error) {
      say({ id, error: /** @type {Error} */ (error).message });
    }
  }
});
process.on('disconnect', () => process.exit());
