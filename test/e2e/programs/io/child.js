'use strict';

// child.js: child processes of every kind, each for a quarter of a second.

const childProcess = require('node:child_process');
const { once } = require('node:events');
const { promisify } = require('node:util');
const { measure, measureSync, report } = require('./measure.js');

const spawned = (target, more = {}) => ({ kind: 'child', method: 'spawn', target, ...more });
const synchronous = (method, target, more = {}) => ({ kind: 'child', method, target, ...more });

/** Calls a function of the callback kind. */
const called = (name, ...given) =>
  new Promise((resolve, reject) => {
    childProcess[name](...given, (error, out) => (error ? reject(error) : resolve(out)));
  });

async function main() {
  await measure(spawned('sleep', { status: 0 }), function withExec() {
    return called('exec', 'sleep 0.25; echo secret');
  });
  await measure(spawned('sleep', { status: 0 }), function withExecFile() {
    return called('execFile', 'sleep', ['0.25']);
  });
  await measure(spawned('sleep', { status: 0 }), function withPromise() {
    return promisify(childProcess.exec)('sleep 0.25');
  });
  await measure(spawned('sleep', { status: 0 }), function withSpawn() {
    return once(childProcess.spawn('sleep', ['0.25'], { stdio: 'ignore' }), 'exit');
  });
  await measure(spawned('sh', { status: 3 }), function withStatus() {
    const child = childProcess.spawn('sh', ['-e', '-c', 'sleep 0.25; exit 3'], { stdio: 'ignore' });
    return once(child, 'exit');
  });
  await measure(spawned('sleep', { status: 'SIGKILL' }), function killed() {
    const child = childProcess.spawn('sleep', ['20'], { stdio: 'ignore' });
    setTimeout(() => child.kill('SIGKILL'), 250);
    return once(child, 'exit');
  });
  await measure(spawned(process.execPath, { status: 0 }), function forked() {
    const options = { execArgv: [], env: {} };
    return once(childProcess.fork(require.resolve('./child-wait.js'), options), 'exit');
  });
  await Promise.all([
    measure(spawned('sleep', { status: 0 }), function first() {
      return called('execFile', 'sleep', ['0.25']);
    }),
    measure(spawned('sleep', { status: 0 }), function second() {
      return called('execFile', 'sleep', ['0.25']);
    }),
  ]);

  // None of these takes long.
  await called('execFile', 'true');
  await called('execFile', '/nowhere/at/all').catch(() => {});
  childProcess.spawnSync('true');
}

/** These block the loop. */
function block() {
  measureSync(synchronous('spawnSync', 'sleep'), function waited() {
    return childProcess.spawnSync('sleep', ['0.25']);
  });
  measureSync(synchronous('execFileSync', 'sleep'), function file() {
    return childProcess.execFileSync('sleep', ['0.25']);
  });
  measureSync(synchronous('execSync', 'sleep'), function line() {
    return childProcess.execSync('sleep 0.25; echo secret');
  });
  measureSync(synchronous('execSync', 'sleep', { error: 'threw' }), function failed() {
    return childProcess.execSync('sleep 0.25; exit 3');
  });
  measureSync(synchronous('execFileSync', 'sh', { error: 'threw' }), function failedFile() {
    return childProcess.execFileSync('sh', ['-c', 'sleep 0.25; exit 4']);
  });
}

async function run() {
  if (process.argv[2] !== 'sync') return main();
  block();
  // What threw is known to the addon when the loop turns.
  await new Promise((resolve) => setTimeout(resolve, 50));
}

run().then(() => report());
