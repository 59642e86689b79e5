'use strict';

const path = require('node:path');
const { LOAD_CPU, PROGRAM_CPU, ask, cleanEnvironment, nextMessage } = require('./processes');
const { threadsCpuSeconds } = require('./proc');

/** @typedef {import('./types').Arm} Arm */
/** @typedef {import('./types').Context} Context */
/** @typedef {import('./types').Subject} Subject */

// V8 goes on optimising a server for some 15,000 requests: in less, what began a little later looks far slower.
const WARM_UP_SECONDS = 4;
const SLICE_SECONDS = 0.2;
/** Not measured: what stood still has to touch its memory anew, which on a virtual machine may take a tenth of a second. */
const LEAD_IN_SECONDS = 0.2;

/**
 * @param {string} name
 * @returns {string} the path of a program in programs/
 */
const program = (name) => path.join(__dirname, '..', 'programs', name);

/**
 * A server program that sends its port when it listens, under full load from another CPU.
 * @param {string} name of the program
 * @returns {(arm: Arm, context: Context) => Promise<Subject>}
 */
function openServer(name) {
  return async (arm, { processes, load }) => {
    const server = processes.startArm(arm, [program(name)], { cpu: PROGRAM_CPU, ipc: true });
    const { port } = await nextMessage(server);
    await load.send(port, WARM_UP_SECONDS);
    return {
      async slice() {
        await load.send(port, LEAD_IN_SECONDS);
        const before = threadsCpuSeconds(server.pid);
        const { responses, seconds } = await load.send(port, SLICE_SECONDS);
        const cpuSeconds = threadsCpuSeconds(server.pid) - before;
        return {
          requestsPerSecond: responses / seconds,
          requestsPerCpuSecond: responses / cpuSeconds,
          cores: cpuSeconds / seconds,
        };
      },
      close: () => processes.finish(server),
      started: server,
    };
  };
}

/**
 * A program that measures itself: it sends a message when it is warm, and figures when asked.
 * @param {string} name of the program
 * @returns {(arm: Arm, context: Context) => Promise<Subject>}
 */
function openMeasuringProgram(name) {
  return async (arm, { processes }) => {
    const started = processes.startArm(arm, [program(name)], { cpu: PROGRAM_CPU, ipc: true });
    await nextMessage(started);
    return { slice: () => ask(started, {}), close: () => processes.finish(started), started };
  };
}

/**
 * A program that measures itself as a client of a server, whose port it is given. The server has a process and
 * a CPU of its own, and runs on the Node that runs the benchmark.
 * @param {string} name of the program
 * @returns {(arm: Arm, context: Context) => Promise<Subject>}
 */
function openClient(name) {
  return async (arm, { processes }) => {
    const options = { cpu: LOAD_CPU, ipc: true };
    const server = processes.start(
      process.execPath,
      [program('answers.js')],
      cleanEnvironment(),
      options,
    );
    const { port } = await nextMessage(server);
    const argv = [program(name), String(port)];
    const started = processes.startArm(arm, argv, { cpu: PROGRAM_CPU, ipc: true });
    await nextMessage(started);
    return {
      slice: () => ask(started, {}),
      async close() {
        await processes.finish(started);
        await processes.finish(server);
      },
      started,
    };
  };
}

module.exports = { openClient, openMeasuringProgram, openServer, program };
