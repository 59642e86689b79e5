'use strict';

// A heap snapshot on SIGUSR2: at once, beside the program's own handler, and never its end.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const { describe, it } = require('node:test');
const { bare, nothingHalfWritten, start } = require('./harness.js');

const LOG = { LOOPDET_LOG: 'json' };

async function signalled(args, options = {}) {
  const running = start('heap-wait.js', { args, env: LOG, ...options });
  await running.waitForOutput('ready');
  running.kill('SIGUSR2');
  await running.waitFor((run) => run.files.snapshots().length > 0, 'a snapshot');
  return running;
}

async function finish(running, signal = 'SIGTERM') {
  running.kill(signal);
  await running.done;
  assert.equal(running.signal, signal);
}

/** What DevTools relies on; gives the number of objects of a class. */
function validSnapshot(running, name, className) {
  const snapshot = running.files.readJson(name);
  const { meta, node_count: nodes, edge_count: edges } = snapshot.snapshot;
  assert.equal(snapshot.nodes.length, nodes * meta.node_fields.length);
  assert.equal(snapshot.edges.length, edges * meta.edge_fields.length);
  assert.ok(nodes > 1000);
  assert.equal(fs.statSync(running.files.path(name)).mode & 0o777, 0o600);
  assert.match(name, /^Heap\.\d{8}\.\d{6}\.\d+\.0\.\d{3}\.heapsnapshot$/);
  const type = meta.node_types[0].indexOf('object');
  let count = 0;
  for (let at = 0; at < snapshot.nodes.length; at += meta.node_fields.length) {
    const isObject = snapshot.nodes[at] === type;
    if (isObject && snapshot.strings[snapshot.nodes[at + 1]] === className) count += 1;
  }
  return count;
}

describe('SIGUSR2', () => {
  it('writes a snapshot of an idle program, which goes on', async () => {
    const running = await signalled([]);
    const event = await running.waitForEvent('heap');
    const [name] = running.files.snapshots();
    assert.ok(event.file.endsWith(name));
    assert.ok(validSnapshot(running, name, 'Gadget') >= 1234);
    assert.equal(running.ended, false);
    await finish(running);
    nothingHalfWritten(running);
    assert.equal(running.files.snapshots().length, 1);
  });

  it('can be sent twice', async () => {
    const running = await signalled([]);
    running.kill('SIGUSR2');
    await running.waitFor((run) => run.files.snapshots().length === 2, 'a second snapshot');
    await finish(running);
  });

  it('works beside the handler of the program', async () => {
    const running = await signalled(['own-goes-on']);
    await running.waitForOutput('own handler');
    await finish(running);
    assert.equal(running.stdout, 'ready\nown handler, 1234 gadgets\n');
    assert.equal(running.files.snapshots().length, 1);
  });

  it('works while the loop is blocked', async () => {
    const running = start('heap-blocked.js', { env: LOG });
    await running.waitForOutput('blocked');
    running.kill('SIGUSR2');
    await running.waitFor((run) => run.files.snapshots().length > 0, 'a snapshot');
    assert.ok(!running.stdout.includes('free'), 'only after the block');
    const [name] = running.files.snapshots();
    validSnapshot(running, name, 'Object');
    await running.done;
    assert.equal(running.code, 0);
    assert.equal(running.stdout, 'blocked\nfree\n');
  });

  it('says in one line what it wrote; nothing with LOOPDET_QUIET', async () => {
    const loud = await signalled([], { env: {} });
    await loud.waitFor((run) => run.notices.length > 0, 'a notice');
    await finish(loud);
    assert.equal(loud.notices.length, 1);
    assert.ok(loud.notices[0].includes(loud.files.snapshots()[0]));
    const quiet = await signalled([], { env: { LOOPDET_QUIET: 'on' } });
    await finish(quiet);
    assert.equal(quiet.stderr, '');
  });

  it('keeps nobody alive: a program with nothing to do ends', async () => {
    const running = start('plain/ends.js');
    await running.done;
    assert.equal(running.code, 0);
  });
});

describe('LOOPDET_HEAP_SIGNAL', () => {
  it('off: SIGUSR2 ends the program, as without the addon', async () => {
    const signals = [{ when: 'ready', send: /** @type {const} */ ('SIGUSR2') }];
    const without = await bare('heap-wait.js', { signals });
    assert.equal(without.signal, 'SIGUSR2');
    const running = start('heap-wait.js', { env: { LOOPDET_HEAP_SIGNAL: 'off' } });
    await running.waitForOutput('ready');
    running.kill('SIGUSR2');
    await running.done;
    assert.equal(running.signal, 'SIGUSR2');
    assert.deepEqual(running.files.written, []);
  });

  it('another signal', async () => {
    const running = start('heap-wait.js', { env: { LOOPDET_HEAP_SIGNAL: 'SIGHUP' } });
    await running.waitForOutput('ready');
    running.kill('SIGHUP');
    await running.waitFor((run) => run.files.snapshots().length > 0, 'a snapshot');
    await finish(running, 'SIGUSR2');
  });
});
