'use strict';

const { once } = require('node:events');
const { ALL_ARMS } = require('../lib/arms');
const { START_FIGURES } = require('../lib/start-figures');
const { program } = require('../lib/subjects');

/** @type {import('../lib/types').Workload} */
module.exports = {
  name: 'start-up-fastify',
  title: 'Start-up of a fastify server until it listens',
  packages: true,
  sensitive: true,
  rounds: 3,
  turns: 4,
  arms: ALL_ARMS,
  figures: START_FIGURES,
  limits: [
    { figure: 'wallMs', arm: 'loopdet', ratioAtMost: 1.1 },
    { figure: 'wallMs', arm: 'profile-off', ratioAtMost: 1.04 },
  ],
  async open(arm, { processes }) {
    return {
      async slice() {
        const server = processes.startArm(arm, [program('fastify-server.js')], { limitMs: 20_000 });
        const output = /** @type {import('node:stream').Readable} */ (server.child.stdout);
        const early = server.ended.then(({ code, signal }) => {
          throw new Error(`the server ended with ${signal ?? code}: ${server.stderr()}`);
        });
        await Promise.race([once(output, 'data'), early]);
        const at = process.hrtime.bigint();
        early.catch(() => {}); // it is killed now
        await processes.finish(server);
        return { wallMs: Number(at - server.startedAt) / 1e6 };
      },
      close() {},
    };
  },
};
