'use strict';

// A real Redis server on a free port of loopback, which can be made slow to connect to.

const { spawn } = require('node:child_process');
const net = require('node:net');

/** Linux queues one more than what listen() was told. */
const BACKLOG = 1;

/** @returns {Promise<number>} */
async function freePort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {net.AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** @param {string} directory its own */
async function startRedis(directory) {
  const port = await freePort();
  const settings = { port, bind: '127.0.0.1', dir: directory, save: '', 'tcp-backlog': BACKLOG };
  const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = spawn('redis-server', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  await new Promise((resolve, reject) => {
    let said = '';
    child.once('error', reject).once('exit', () => reject(new Error(`redis-server: ${said}`)));
    child.stdout.on('data', (text) => {
      said += text;
      if (/ready to accept connections/i.test(said)) resolve(undefined);
    });
  });
  /** @type {net.Socket[]} */
  const fillers = [];

  return {
    port: String(port),
    /** Stops the server and fills the queue of connections that it has not accepted. */
    async stop() {
      child.kill('SIGSTOP');
      for (let count = 0; count <= BACKLOG; count++) {
        const socket = net.connect({ port, host: '127.0.0.1' }).on('error', () => {});
        fillers.push(socket);
        await new Promise((resolve) => socket.once('connect', resolve));
      }
    },
    resume: () => child.kill('SIGCONT'),
    async close() {
      for (const socket of fillers) socket.destroy();
      process.removeListener('exit', kill);
      const ended = new Promise((resolve) => child.once('close', resolve));
      kill();
      await ended;
    },
  };
}

module.exports = { startRedis };
