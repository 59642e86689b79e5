/** Says on a terminal what takes its time; in a pipe or a file, nothing. */

// What is done sooner needs no words.
const AFTER_MS = 1000;

class Progress {
  #stream;
  #isWanted;
  #text = '';
  /** @type {import('ora').Ora | null} */
  #spinner = null;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;

  /** @param {NodeJS.WriteStream} [stream] */
  constructor(stream = process.stderr) {
    const { CI, TERM } = process.env;
    this.#stream = stream;
    // Of a terminal without columns ora would never be done with clearing its lines.
    this.#isWanted = stream.isTTY === true && stream.columns > 0 && TERM !== 'dumb' && !CI;
  }

  /** @param {string} text what is being done */
  show(text) {
    if (!this.#isWanted) return;
    this.#text = text;
    if (this.#spinner) this.#spinner.text = text;
    else this.#timer ??= setTimeout(() => this.#begin(), AFTER_MS).unref();
  }

  async #begin() {
    const timer = this.#timer;
    const { default: ora } = await import('ora');
    // It may be done by now.
    if (this.#timer !== timer) return;
    // The keys are the terminal's: Ctrl-C must reach us.
    const options = {
      text: this.#text,
      stream: this.#stream,
      discardStdin: false,
      hideCursor: false,
    };
    this.#spinner = ora(options).start();
  }

  /** Writes something else to the same terminal. @param {() => void} write */
  around(write) {
    this.#spinner?.clear();
    write();
    this.#spinner?.render();
  }

  hide() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#spinner?.stop();
    this.#spinner = null;
  }
}

/**
 * @template T
 * @param {string} text
 * @param {(progress: Progress) => Promise<T> | T} body
 * @returns {Promise<T>}
 */
async function withProgress(text, body) {
  const progress = new Progress();
  progress.show(text);
  try {
    return await body(progress);
  } finally {
    progress.hide();
  }
}

module.exports = { Progress, withProgress };
