/** Listens to the live events of a program and of all Node processes that it starts (LOOPDET_EVENTS). */

const fs = require('node:fs');
const net = require('node:net');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');

class Listener {
  #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loopdet-run-'));
  #server = net.createServer((socket) => this.#take(socket));
  /** @type {Set<net.Socket>} */
  #sockets = new Set();
  #onEvent;

  /** @param {(event: any) => void} onEvent */
  constructor(onEvent) {
    this.#onEvent = onEvent;
    process.once('exit', () => fs.rmSync(this.#folder, { recursive: true, force: true }));
  }

  /** What LOOPDET_EVENTS is to be. */
  get path() {
    return path.join(this.#folder, 'events');
  }

  /** @returns {Promise<void>} */
  open() {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.path, () => resolve());
    });
  }

  /** @param {net.Socket} socket */
  #take(socket) {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
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

  /** When all that was sent has been heard. @returns {Promise<void>} */
  async close() {
    this.#server.close();
    const ended = [...this.#sockets].map(
      (socket) => new Promise((resolve) => socket.once('close', resolve)),
    );
    // A process that goes on after the one that started it keeps its end open.
    const patience = new Promise((resolve) => setTimeout(resolve, 300));
    await Promise.race([Promise.all(ended), patience]);
    for (const socket of this.#sockets) socket.destroy();
  }
}

module.exports = { Listener };
