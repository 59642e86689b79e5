'use strict';

const { once } = require('node:events');
const http = require('node:http');
const { program } = require('./subjects');
const { errorLine, nextMessage } = require('./processes');

/** @typedef {import('./types').Arm} Arm */
/** @typedef {InstanceType<typeof import('./processes')['Processes']>} Processes */

const LIMIT_MS = 20_000;

/** All are asked at once, which makes them slow: who saw nothing then is asked again. */
const TRIES = 2;

/**
 * Has peers show that they see what they claim to, once before they are measured: one that silently does nothing
 * would be measured as one that costs nothing.
 * @param {Arm[]} arms
 * @param {Processes} processes
 * @returns {Promise<{proofs: Record<string, string>, problems: Record<string, string>}>}
 */
async function proveArms(arms, processes) {
  const inbox = http.createServer(keepAndShow());
  inbox.listen(0, '127.0.0.1');
  await once(inbox, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (inbox.address());
  const proofs = /** @type {Record<string, string>} */ ({});
  const problems = /** @type {Record<string, string>} */ ({});
  /** @param {Arm} arm */
  const ask = async (arm) => {
    const started = processes.startArm(arm, [program('prove.js')], {
      ipc: true,
      env: { BENCH_PROOF: String(port) },
      limitMs: LIMIT_MS,
    });
    delete problems[arm.name];
    try {
      const { proof, problem } = await nextMessage(started);
      if (proof) proofs[arm.name] = proof;
      else problems[arm.name] = problem;
    } catch (error) {
      problems[arm.name] = errorLine(/** @type {Error} */ (error));
    }
    await processes.finish(started);
  };
  for (let tried = 0; tried < TRIES; tried++) {
    await Promise.all(arms.filter(({ name }) => !proofs[name]).map(ask));
  }
  inbox.close();
  inbox.closeAllConnections();
  return { proofs, problems };
}

/** Takes what is posted to it, and shows it to who asks. @returns {http.RequestListener} */
function keepAndShow() {
  let text = '';
  return async (request, response) => {
    if (request.method === 'GET') return void response.end(text);
    for await (const chunk of request) text += chunk.toString();
    response.end('{}');
  };
}

module.exports = { proveArms };
