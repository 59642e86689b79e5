/** Listens to the live events of a program and of all Node processes that it starts (LOOPDET_EVENTS). */

const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');

// A process that goes on after the one that started it keeps its end open.
const PATIENCE_MS = 300;

class Listener {
  /** Of ours alone, as those see it who are listened to. */
  folder;
  #root;
  // One end closes, and the other may still have something to say.
  #server = net.createServer({ allowHalfOpen: true }, (socket) => this.#take(socket));
  /** @type {Set<net.Socket>} */
  #sockets = new Set();
  #onEvent;
  #remove = () => fs.rmSync(this.#root + this.folder, { recursive: true, force: true });

  /**
   * @param {(event: any) => void} onEvent
   * @param {{root?: string}} [files] where the files are that they see; "" if we see the same
   */
  constructor(onEvent, { root = '' } = {}) {
    this.#onEvent = onEvent;
    this.#root = root;
    const base = root === '' ? os.tmpdir() : '/tmp';
    this.folder = fs.mkdtempSync(path.join(root + base, 'loopdet-run-')).slice(root.length);
    process.once('exit', this.#remove);
  }

  /** What LOOPDET_EVENTS is to be. */
  get path() {
    return path.join(this.folder, 'events');
  }

  /** @returns {Promise<void>} */
  open() {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#root + this.path, () => resolve());
    });
  }

  /** @param {net.Socket} socket */
  #take(socket) {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('end', () => socket.end());
    readline.createInterface({ input: socket }).on('line', (line) => {
      let event;
      try {
        event = JSON.parse(line);
      } catch {
        return; // its process ended in the middle of a line
      }
      if (typeof event?.event === 'string') this.#onEvent(event);
    });
  }

  /**
   * When all that was sent has been heard. Who still sends is told that nobody wants more.
   * @param {number} [patienceMs]
   * @returns {Promise<void>}
   */
  async close(patienceMs = PATIENCE_MS) {
    this.#server.close();
    const ended = [...this.#sockets].map(
      (socket) => new Promise((resolve) => socket.once('close', resolve)),
    );
    for (const socket of this.#sockets) socket.end();
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([Promise.all(ended), patience]);
    clearTimeout(timer);
    for (const socket of this.#sockets) socket.destroy();
    process.off('exit', this.#remove);
    this.#remove();
  }
}

module.exports = { Listener };
