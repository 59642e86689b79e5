'use strict';

// Files of many machines in a bucket: `loopdet ship` brings them there, `loopdet serve --url` shows them. The bucket is a
// real server that speaks S3, behind a door of ours that counts and can fail.

const assert = require('node:assert/strict');
const { spawn } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { pipeline } = require('node:stream');
const { after, before, beforeEach, describe, it } = require('node:test');
const connect = require('chrome-remote-interface');
const S3rver = require('s3rver');
const { NODE, ROOT, temporaryDirectory } = require('./harness.js');
const { crashed, serve, targetsOf } = require('./viewer.js');

const MAIN = path.join(ROOT, 'js', 'cli', 'main.js');
const ENVIRONMENT = { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' };

const ignore = () => undefined;

/** A proxy that answers 503 as often as it is told to, and notes what is asked for. */
async function door(/** @type {number} */ port) {
  /** @type {{failures: number, seen: {method: string, url: string, bytes: number}[], url: string, told: (method: string) => void, close: () => void}} */
  const state = { failures: 0, seen: [], url: '', told: ignore, close: () => server.close() };
  const server = http.createServer((request, response) => {
    const { method = '', url = '', headers } = request;
    const entry = { method, url, bytes: 0 };
    state.seen.push(entry);
    state.told(method);
    if (state.failures > 0) {
      state.failures -= 1;
      request.resume();
      response.writeHead(503).end();
      return;
    }
    const onward = http.request(
      { port, host: '127.0.0.1', method, path: url, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.on('data', (part) => {
          entry.bytes += part.length;
        });
        pipeline(answer, response, ignore);
      },
    );
    // Who is killed in the middle of a file ends it for the bucket as well, which else waits for the rest for ever.
    pipeline(request, onward, ignore);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  state.url = `http://127.0.0.1:${address.port}`;
  return state;
}

describe('a bucket', () => {
  /** @type {any} */
  let server;
  /** @type {Awaited<ReturnType<typeof door>>} */
  let entrance;
  /** @type {string} */
  let crashes;
  let number = 0;
  let address = '';

  before(async () => {
    server = new S3rver({
      port: 0,
      address: '127.0.0.1',
      silent: true,
      directory: temporaryDirectory(),
      configureBuckets: [{ name: 'crashes' }],
    });
    const { port } = await server.run();
    entrance = await door(port);
    crashes = (await crashed()).directory;
  });

  after(async () => {
    entrance.close();
    await server.close();
  });

  beforeEach(() => {
    address = `s3://crashes/test-${number++}?endpoint=${entrance.url}`;
    entrance.seen.length = 0;
    entrance.failures = 0;
    entrance.told = ignore;
  });

  /** Runs `loopdet ship` to its end. @param {string} directory @param {...string} more */
  function ship(directory, ...more) {
    const child = spawn(NODE, [MAIN, 'ship', directory, '--to', address, ...more], {
      env: { PATH: process.env.PATH, ...ENVIRONMENT },
      timeout: 50_000,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const done = new Promise((resolve) =>
      child.on('close', (code) => resolve({ code, stdout, stderr })),
    );
    return { child, done, said: () => stdout };
  }

  const copyOfCrashes = () => {
    const directory = temporaryDirectory();
    fs.cpSync(crashes, directory, { recursive: true });
    return directory;
  };
  const puts = () => entrance.seen.filter(({ method }) => method === 'PUT');

  it('gets each finished file once, with retries, under the name of the machine', async () => {
    const directory = copyOfCrashes();
    fs.writeFileSync(path.join(directory, 'crash.20261120.180051.1.0.001.json.partial'), '{');
    fs.writeFileSync(path.join(directory, 'notes.txt'), 'not ours');
    entrance.failures = 2;
    const first = await ship(directory).done;
    assert.equal(first.code, 0, first.stderr);
    assert.match(
      first.stdout,
      new RegExp(`sent crash\\..*\\.json .* as ${os.hostname()}/crash\\.`),
    );
    const files = fs.readdirSync(crashes).length;
    assert.equal(puts().length, files + 2);
    const again = await ship(directory).done;
    assert.equal(again.stdout, 'nothing new to send\n');
    assert.equal(puts().length, files + 2);
    // A process that crashes sends nothing: nothing in it knows of buckets.
    assert.ok(!fs.readFileSync(path.join(ROOT, 'js', 'register.js'), 'utf8').includes('bucket'));
  });

  it('that does not answer is told of, and nothing is marked as sent', async () => {
    const directory = copyOfCrashes();
    // Each is tried five times, with longer and longer waits: one will do.
    for (const name of fs.readdirSync(directory)) {
      if (!name.startsWith('CPU.')) fs.rmSync(path.join(directory, name));
    }
    entrance.failures = 1000;
    const { code, stdout } = await ship(directory, '--json').done;
    assert.equal(code, 1);
    assert.match(JSON.parse(stdout)[0].error, /does not answer as it should/);
    entrance.failures = 0;
    assert.equal((await ship(directory).done).code, 0);
    assert.equal((await ship(directory).done).stdout, 'nothing new to send\n');
  });

  it('gets what arrives, with --watch', async () => {
    const directory = temporaryDirectory();
    const { child, done, said } = ship(directory, '--watch');
    const arrived = new Promise((resolve) => {
      child.stdout.on('data', () => said().includes('sent CPU.') && resolve(undefined));
    });
    // Whether it watches already or not: what is there is sent.
    fs.cpSync(crashes, directory, { recursive: true });
    await arrived;
    child.kill('SIGTERM');
    await done;
  });

  it('gets a file again when its sending was cut short', async () => {
    const directory = temporaryDirectory();
    const name = 'Heap.20261120.180051.1.0.001.heapsnapshot';
    // Too long to be in the sockets' buffers as the sender is killed.
    fs.writeFileSync(path.join(directory, name), 'x'.repeat(30e6));
    const killed = ship(directory);
    entrance.told = (method) => method === 'PUT' && killed.child.kill('SIGKILL');
    await killed.done;
    entrance.told = ignore;
    const { stdout } = await ship(directory).done;
    assert.match(stdout, new RegExp(`sent ${name}`));
    assert.equal((await ship(directory).done).stdout, 'nothing new to send\n');
  });

  it('is listed without fetching the files, and a crash opens', async (context) => {
    const directory = copyOfCrashes();
    const name = fs.readdirSync(directory).find((one) => one.startsWith('crash.')) ?? '';
    // A long file, of which the start is enough.
    const document = JSON.parse(fs.readFileSync(path.join(directory, name), 'utf8'));
    document.padding = 'x'.repeat(3e6);
    fs.writeFileSync(path.join(directory, name), JSON.stringify(document));
    assert.equal((await ship(directory).done).code, 0);
    entrance.seen.length = 0;
    const { origin } = await serve(context, '.', {
      args: ['--url', address, '--port', '0'],
      env: ENVIRONMENT,
      withoutPlace: true,
    });
    let list = '';
    // The starts come while the list is there already.
    for (let round = 0; round < 100 && !list.includes('over the limit'); round++) {
      list = await (await fetch(origin)).text();
    }
    assert.match(list, /RangeError: over the limit by 1500/);
    const bytes = entrance.seen.reduce((sum, one) => sum + one.bytes, 0);
    assert.ok(bytes < 1e6, `${bytes} bytes for a list`);
    const [target] = await targetsOf(origin);
    const debug = await connect({ target: target.webSocketDebuggerUrl, local: true });
    context.after(() => debug.close());
    const paused = new Promise((resolve) => debug.Debugger.paused(resolve));
    await debug.Debugger.enable();
    const { callFrames } = /** @type {any} */ (await paused);
    const { result } = await debug.Debugger.evaluateOnCallFrame({
      callFrameId: callFrames[0].callFrameId,
      expression: 'account.id',
    });
    assert.equal(result.value, 7);
    const shown = await fetch(`${origin}/file/${encodeURIComponent(`${os.hostname()}/${name}`)}`);
    assert.match(await shown.text(), /the bank is closed/);
  });

  it('whose address is wrong is a clear error', async (context) => {
    for (const [url, wanted] of [
      ['http://nowhere', /is no address of a bucket: s3:/],
      [`s3://nobody?endpoint=${entrance.url}`, /s3:\/\/nobody\/ does not answer as it should/],
    ]) {
      const options = {
        args: ['--url', String(url), '--port', '0'],
        env: ENVIRONMENT,
        withoutPlace: true,
      };
      await assert.rejects(serve(context, '.', options), /** @type {RegExp} */ (wanted));
    }
  });
});
