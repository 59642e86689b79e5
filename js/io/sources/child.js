'use strict';

const { getSystemErrorName } = require('node:util');
const { KIND } = require('../kinds.js');
const { commandTarget } = require('../target.js');

/**
 * Child processes, from spawn to exit.
 * @param {import('../index.js').Tools} tools
 */
function install({ sink, wrapper, modules }) {
  modules.whenLoaded('child_process', (/** @type {any} */ childProcess) => {
    wrapper.replace(childProcess.ChildProcess.prototype, 'spawn', {
      style: 'call',
      enter: function enter(given, self) {
        const operation = sink.beginRequest(
          sink.type(KIND.child, 'spawn'),
          programOf(given[0]),
          '',
          enter,
        );
        if (!operation) return;
        const end = (/** @type {number | null} */ code, /** @type {string | null} */ signal) => {
          self.removeListener('exit', end);
          self.removeListener('close', end);
          // Below 0 the program was not started.
          const failed = code !== null && code < 0;
          operation.status = failed ? null : (signal ?? code);
          sink.end(operation, failed ? { code: getSystemErrorName(code) } : undefined);
        };
        self.once('exit', end);
        self.once('close', end);
      },
    });
    for (const name of ['spawnSync', 'execSync', 'execFileSync']) {
      const type = sink.type(KIND.child, name);
      wrapper.replace(childProcess, name, {
        style: 'sync',
        type,
        about: (command) => (typeof command === 'string' ? commandTarget(command) : ''),
        leave: function leave(
          /** @type {number} */ durationMs,
          /** @type {string} */ target,
          /** @type {boolean} */ threw,
        ) {
          sink.slowSync(type, target, durationMs, threw, leave);
        },
      });
    }
  });
}

/** What runs: of a shell's command line its first word. @param {any} options of ChildProcess.spawn */
function programOf(options) {
  const { file, args } = options ?? {};
  if (typeof file !== 'string') return '';
  const shell = /(^|\/)(sh|bash|cmd\.exe)$/.test(file) && Array.isArray(args) && args[1] === '-c';
  return shell ? commandTarget(String(args[2])) : file;
}

module.exports = { install };
