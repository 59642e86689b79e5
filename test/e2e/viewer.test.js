'use strict';

// `loopdet serve`: the page and DevTools in a real browser, the protocol with a real client, and who is let in.

const assert = require('node:assert/strict');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const connect = require('chrome-remote-interface');
const { chromium } = require('playwright-core');
const { ROOT, run, temporaryDirectory } = require('./harness.js');
const { crashed, serve, targetsOf } = require('./viewer.js');

const FIXTURES = path.join(ROOT, 'test', 'js', 'cli', 'fixtures');
const CHROMIUM = '/usr/bin/chromium';
const CRASH = 'crash.20261120.180051.4711.0.001.json';

/** @type {{directory: string, crash: any, name: string}} */
let account;

before(async () => {
  const result = await crashed();
  const name = result.files.matching(/^crash\./)[0];
  account = { directory: result.directory, crash: result.crash(), name };
});

/** A directory with copies of a crash, each changed. @param {...(document: any) => any} changes */
function copies(...changes) {
  const directory = temporaryDirectory();
  for (const [index, change] of changes.entries()) {
    const document = JSON.parse(fs.readFileSync(path.join(FIXTURES, CRASH), 'utf8'));
    const changed = change(document);
    const text = typeof changed === 'string' ? changed : JSON.stringify(document);
    fs.writeFileSync(path.join(directory, `crash.20261120.18005${index}.4711.0.001.json`), text);
  }
  return directory;
}

describe('in a browser', () => {
  /** @type {import('playwright-core').Browser} */
  let browser;

  before(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  });

  after(() => browser.close());

  /** A page at the list; whatever it asks of another server, and each error of a script, is a failure. */
  async function open(context, place, viewport = { width: 1280, height: 900 }) {
    const { origin } = await serve(context, place);
    const page = await browser.newPage({ viewport });
    /** @type {string[]} */
    const wrong = [];
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && !/^(?:data|blob):/.test(url)) wrong.push(url);
    });
    page.on('websocket', (socket) => {
      if (!socket.url().startsWith(origin.replace('http', 'ws'))) wrong.push(socket.url());
    });
    page.on('pageerror', (error) => wrong.push(error.message));
    context.after(async () => {
      await page.close();
      assert.deepEqual(wrong, []);
    });
    page.setDefaultTimeout(15_000);
    await page.goto(origin);
    return page;
  }

  it('the list is searched, walked by keys, and comes up to date by itself', async (context) => {
    const directory = copies(
      (one) => {
        one.error.message = 'the first one';
      },
      (one) => {
        one.error.message = 'the second one';
      },
    );
    const page = await open(context, directory);
    const shown = () => page.locator('#files tr:visible .what').allTextContents();
    assert.match((await shown()).join(), /the second one.*the first one/);
    assert.match(await page.locator('#files tr').first().textContent(), /4711.*v\d+\./s);
    await page.keyboard.type('first 4711');
    assert.equal((await shown()).length, 1);
    await page.fill('#search', '');

    fs.copyFileSync(
      path.join(directory, 'crash.20261120.180051.4711.0.001.json'),
      path.join(directory, 'crash.20261120.190000.9.0.001.json'),
    );
    await page.waitForSelector('#files tr >> nth=2');
    assert.equal((await shown()).length, 3);

    await page.focus('#search');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/file\/crash\.20261120\.180051/);
    assert.match(await page.textContent('h1'), /the second one/);
  });

  it('a crash shows its error and cause, frames with values and source, and its last moments', async (context) => {
    const page = await open(context, account.directory);
    await page.click('#files .kind-crash a');
    const text = await page.textContent('main');
    for (const part of [
      'RangeError: over the limit by 1500',
      'the bank is closed',
      'withdraw',
      'Account { id: 7, items: Array(200)',
      '/rates',
      'account.js',
      'resident',
    ]) {
      assert.ok(text.includes(part), `${part} is not in ${text}`);
    }
    assert.ok(!text.includes('token=abc'));
    assert.match(await page.textContent('.source .here'), /throw new RangeError/);
    assert.equal(await page.textContent('.source mark'), 'throw');
    assert.ok((await page.locator('.timeline .lane-lag').count()) >= 1);
    assert.ok((await page.locator('.timeline .lane-inflight').count()) >= 1);
    assert.ok((await page.locator('.functions tbody tr').count()) >= 1);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.click('text=Download'),
    ]);
    const file = fs.readFileSync(await download.path());
    assert.deepEqual(file, fs.readFileSync(path.join(account.directory, account.name)));
  });

  it('its flame graph opens in speedscope', async (context) => {
    const page = await open(context, account.directory);
    await page.click('#files .kind-crash a');
    await page.click('text=Flame graph');
    await page.waitForSelector('text=Left Heavy');
    await page.waitForSelector('text=RangeError: over the limit');
  });

  it('a phone needs no scrolling from side to side', async (context) => {
    const page = await open(context, account.directory, { width: 390, height: 800 });
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok((await overflow()) <= 0);
    await page.click('#files .kind-crash a');
    await page.waitForSelector('#devtools');
    assert.ok((await overflow()) <= 0);
  });

  it('DevTools: paused at the exception, scopes and objects, and a console', async (context) => {
    const page = await open(context, account.directory);
    await page.click('#files .kind-crash a');
    await page.click('#devtools');
    await page.waitForSelector('text=Paused on exception');
    await page.waitForSelector('text=RangeError: over the limit by 1500');
    await page.waitForSelector('text=withdraw');
    await page.click('text=account: Account');
    for (const row of ['tags: Set(2)', 'limits: Map(2)', '#balance: 1234', 'total: (...)']) {
      await page.waitForSelector(`text=${row}`);
    }
    await page.click('text=limits: Map(2)');
    await page.click('text=[[Entries]]');
    // It may be below the edge of its pane.
    await page.waitForSelector('[title*=\'"day" => 100\']', { state: 'attached' });
    await page.click('[role=tab]:has-text("Console")');
    await page.waitForSelector('text=the bank is closed');
    for (const [typed, wanted] of [
      ['account.items.filter(x => x.sq > 100).length + 1000', '1189'],
      ['ten.slice(5000, 5002)', '15000'],
      ['wrapped', 'Proxy'],
      ['account.total', 'is a getter, which was not called'],
    ]) {
      await page.click('.console-prompt-editor-container');
      await page.keyboard.type(typed);
      await page.keyboard.press('Escape');
      await page.keyboard.press('Enter');
      await page.waitForSelector(`.console-message-text >> text=${wanted}`);
    }
  });

  it('DevTools: the original source of a script that has a map', async (context) => {
    const original =
      '// the source\nexport function welcome(user: User) {\n  return user.first;\n}';
    const map = {
      version: 3,
      sources: ['src/greet.ts'],
      sourcesContent: [original],
      names: ['welcome'],
      mappings: `${';'.repeat(15)}SAEEA`,
    };
    const directory = copies((one) => {
      const script = one.Scripts['81'];
      const data = Buffer.from(JSON.stringify(map)).toString('base64');
      script.source += `\n//# sourceMappingURL=data:application/json;base64,${data}`;
      script.params.sourceMapURL = 'data:';
      one.Paused = [];
    });
    const page = await open(context, directory);
    await page.click('#files a');
    await page.waitForSelector('text=return user.first');
    await page.click('#devtools');
    await page.waitForSelector('text=greet.ts');
    await page.waitForSelector('text=user.first');
  });

  it('what a file says is text, whatever it says', async (context) => {
    const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script>"\'`';
    const directory = copies((one) => {
      const poison = (/** @type {any} */ value) => {
        for (const [key, inner] of Object.entries(value)) {
          if (typeof inner === 'string' && key !== 'kind' && key !== 'dumpEventTime')
            value[key] = evil;
          else if (typeof inner === 'object' && inner !== null) poison(inner);
        }
      };
      poison(one);
    });
    const page = await open(context, directory);
    assert.ok((await page.textContent('#files')).includes(evil.slice(0, 20)));
    await page.click('#files a');
    await page.waitForSelector('#devtools');
    assert.equal(await page.locator('main img, main script').count(), 0);
    assert.ok(!/^[12]$/.test(await page.title()));
    await page.click('#devtools');
    await page.waitForSelector('text=Paused on');
    assert.ok(!/^[12]$/.test(await page.title()));
  });
});

describe('the protocol', () => {
  /** A real client, connected to a crash of a directory, the newest if not said. */
  async function connected(context, place, index = 0) {
    const { origin, child } = await serve(context, place);
    const target = (await targetsOf(origin))[index];
    const debug = await connect({ target: target.webSocketDebuggerUrl, local: true });
    context.after(() => debug.close());
    return { debug, origin, child };
  }

  /** The same, which has been told of the pause. */
  async function client(context, place, index = 0) {
    const { debug, origin, child } = await connected(context, place, index);
    const paused = new Promise((resolve) => debug.Debugger.paused(resolve));
    await debug.Runtime.enable();
    await debug.Debugger.enable();
    const pause = /** @type {any} */ (await paused);
    const evaluate = (/** @type {string} */ expression, options = {}) =>
      debug.Debugger.evaluateOnCallFrame({
        callFrameId: pause.callFrames[0].callFrameId,
        expression,
        ...options,
      });
    return { debug, pause, evaluate, origin, child };
  }

  it('announces every script before the pause, and tells why it is paused', async (context) => {
    const { debug } = await connected(context, account.directory);
    /** @type {string[]} */
    const order = [];
    debug.on('event', ({ method }) => order.push(method));
    await debug.Debugger.enable();
    order.push('reply');
    assert.deepEqual(order.slice(-2), ['Debugger.paused', 'reply']);
    assert.ok(order.slice(0, -2).every((method) => method === 'Debugger.scriptParsed'));
    // A second time it says nothing new.
    const { length } = order;
    await debug.Debugger.enable();
    assert.equal(order.length, length);
    await assert.rejects(debug.send('Nothing.ofTheKind'), /wasn't found/);
  });

  it('hashes every source as V8 does', async (context) => {
    const { debug } = await connected(context, account.directory);
    /** @type {any[]} */
    const scripts = [];
    debug.Debugger.on('scriptParsed', (script) => scripts.push(script));
    await debug.Debugger.enable();
    const { scriptId, hash } = scripts.find(({ url }) => url.endsWith('account.js'));
    const { scriptSource } = await debug.Debugger.getScriptSource({ scriptId });
    assert.equal(hash, createHash('sha256').update(scriptSource).digest('hex'));
  });

  it('objects have their properties, entries, private fields and getters', async (context) => {
    const { debug, pause } = await client(context, account.directory);
    assert.equal(pause.reason, 'exception');
    assert.match(pause.data.description, /RangeError: over the limit by 1500/);
    const local = pause.callFrames[0].scopeChain.find(({ type }) => type === 'local');
    const of = async (/** @type {string} */ objectId, flags = { ownProperties: true }) =>
      debug.Runtime.getProperties({ objectId, ...flags });
    const { result } = await of(local.object.objectId);
    const value = (/** @type {any[]} */ all, /** @type {string} */ name) =>
      all.find((one) => one.name === name).value;
    const found = await of(value(result, 'account').objectId);
    assert.deepEqual(
      found.privateProperties.map(({ name }) => name),
      ['#balance'],
    );
    assert.equal(value(found.result, 'self').objectId, value(result, 'account').objectId);
    const inherited = await of(value(result, 'account').objectId, {
      ownProperties: false,
      accessorPropertiesOnly: true,
    });
    assert.deepEqual(
      inherited.result.map(({ name }) => name),
      ['total'],
    );
    const far = await of(value(result, 'far').objectId);
    const two = await of(
      value((await of(value(far.result, 'one').objectId)).result, 'two').objectId,
    );
    const beyond = await of(value(two.result, 'three').objectId);
    assert.deepEqual(beyond.result, []);
    assert.equal(beyond.internalProperties[0].name, '[[Not captured]]');
    assert.match(beyond.internalProperties[0].value.value, /LOOPDET_CAPTURE_DEPTH/);
  });

  it('evaluates on what was captured, and says so where it was not', async (context) => {
    const { debug, evaluate, pause } = await client(context, account.directory);
    const value = async (/** @type {string} */ expression) =>
      (await evaluate(expression)).result.value;
    assert.equal(await value('account.items.filter(x => x.sq > 100).length'), 189);
    assert.equal(await value('account.limits.get("day") + amount'), 1600);
    assert.equal(await value('[...account.tags].join()'), 'gold,silver');
    assert.equal(
      await value('account.self === account && account instanceof account.constructor'),
      true,
    );
    assert.equal(await value('String.fromCharCode(...bytes) + when.getTime()'), 'hello0');
    assert.equal(await value('ten[9999]'), 29997);
    const { result } = await evaluate('account');
    assert.equal(result.className, 'Account');
    const own = await debug.Runtime.getProperties({
      objectId: result.objectId,
      ownProperties: true,
    });
    assert.ok(own.privateProperties);
    const thrown = async (/** @type {string} */ expression) =>
      (await evaluate(expression)).exceptionDetails.exception.description;
    assert.match(await thrown('account.total'), /a getter, which was not called/);
    assert.match(await thrown('far.one.two.three.four'), /was not captured/);
    assert.match(await thrown('withdraw()'), /belongs to a dead process/);
    // A side effect is refused where the client asks for that, as V8 does.
    const checked = await evaluate('account.id = 8', { throwOnSideEffect: true });
    assert.match(checked.exceptionDetails.exception.description, /side-effect/);
    assert.equal(pause.callFrames.length > 1, true);
  });

  it('what is evaluated finds no way out, and ends', async (context) => {
    const { evaluate, origin } = await client(context, account.directory);
    const text = async (/** @type {string} */ expression) => {
      try {
        const { result, exceptionDetails } = await evaluate(expression);
        return exceptionDetails?.exception.description ?? result.description ?? `${result.value}`;
      } catch (error) {
        return /** @type {Error} */ (error).message;
      }
    };
    assert.match(await text('process'), /not defined/);
    assert.match(await text('require("fs")'), /not defined/);
    assert.match(
      await text('typeof fetch + typeof setTimeout + typeof Buffer'),
      /^(undefined){3}$/,
    );
    const escapes = [
      'this.constructor.constructor("return process")()',
      'account.constructor.constructor("return process")()',
      'import("node:fs").constructor.constructor("return process")()',
      '(() => { try { null.x } catch (e) { return e.constructor.constructor("return process")() } })()',
    ];
    for (const way of escapes) assert.match(await text(way), /not defined|not captured/, way);
    assert.match(await text('for (;;);'), /terminated/);
    assert.match(
      await text('"x".repeat(2 ** 28).replace(/x*x*x*x*y/, "")'),
      /ended|terminated|large/,
    );
    // The next one has a process of its own again.
    assert.equal(await text('1 + account.id'), '8');
    assert.equal((await fetch(origin)).status, 200);
  });

  it('an evaluator that dies, and a reader that dies, take nothing with them', async (context) => {
    const { evaluate, debug, child, origin } = await client(context, account.directory);
    const childrenOf = (/** @type {number} */ pid) =>
      fs
        .readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
        .split(' ')
        .filter(Boolean)
        .map(Number);
    await evaluate('1');
    const [reader] = childrenOf(/** @type {number} */ (child.pid));
    const [evaluator] = childrenOf(reader);
    process.kill(evaluator, 'SIGKILL');
    const again = await evaluate('account.id').catch(() => evaluate('account.id'));
    assert.equal(again.result.value, 7);

    const closed = new Promise((resolve) => debug.on('disconnect', resolve));
    process.kill(reader, 'SIGKILL');
    await closed;
    assert.equal((await fetch(origin)).status, 200);
    const [{ webSocketDebuggerUrl }] = await targetsOf(origin);
    const next = await connect({ target: webSocketDebuggerUrl, local: true });
    context.after(() => next.close());
    assert.ok(await next.Debugger.enable());
  });

  it('ten crashes and two clients of each at once', async (context) => {
    const directory = copies(...Array(10).fill((/** @type {any} */ one) => one));
    const { origin } = await serve(context, directory);
    const targets = await targetsOf(origin);
    assert.equal(targets.length, 10);
    const clients = await Promise.all(
      [...targets, ...targets].map(({ webSocketDebuggerUrl }) =>
        connect({ target: webSocketDebuggerUrl, local: true }),
      ),
    );
    context.after(() => Promise.all(clients.map((one) => one.close())));
    const answers = await Promise.all(
      clients.map(async (one) => {
        const paused = new Promise((resolve) => one.Debugger.paused(resolve));
        await one.Debugger.enable();
        const { callFrames } = /** @type {any} */ (await paused);
        const { callFrameId } = callFrames[0];
        const { result } = await one.Debugger.evaluateOnCallFrame({
          callFrameId,
          expression: '6 * 7',
        });
        return result.value;
      }),
    );
    assert.deepEqual(answers, Array(20).fill(42));
  });

  it('answers as VS Code asks: enabled twice, values by callFunctionOn', async (context) => {
    const { debug, pause } = await client(context, account.directory);
    await debug.Runtime.enable();
    await debug.Debugger.enable();
    await debug.Debugger.setAsyncCallStackDepth({ maxDepth: 32 });
    await debug.Debugger.setBlackboxPatterns({ patterns: [] });
    const { result } = await debug.Runtime.evaluate({
      expression: 'process.pid',
      returnByValue: true,
    });
    assert.notEqual(result, undefined);
    const local = pause.callFrames[0].scopeChain.find(({ type }) => type === 'local');
    const { result: variables } = await debug.Runtime.getProperties({
      objectId: local.object.objectId,
      ownProperties: true,
      generatePreview: true,
    });
    const { value } = variables.find(({ name }) => name === 'account');
    const called = await debug.Runtime.callFunctionOn({
      objectId: value.objectId,
      functionDeclaration: 'function (name) { return this[name].length; }',
      arguments: [{ value: 'items' }],
      returnByValue: true,
    });
    assert.equal(called.result.value, 200);
    // The entries of a Map are asked for as those of an array.
    const limits = (
      await debug.Runtime.getProperties({ objectId: value.objectId, ownProperties: true })
    ).result.find(({ name }) => name === 'limits').value;
    const { internalProperties } = await debug.Runtime.getProperties({
      objectId: limits.objectId,
      ownProperties: true,
    });
    const entries = await debug.Runtime.callFunctionOn({
      objectId: internalProperties.find(({ name }) => name === '[[Entries]]').value.objectId,
      functionDeclaration: 'function () { return this[0]; }',
    });
    assert.equal(entries.result.description, '{"day" => 100}');
    // It goes on at once from an exception that it was not told to stop at: then the pause is none.
    const next = () => new Promise((resolve) => debug.Debugger.paused(resolve));
    const again = next();
    await debug.Debugger.resume();
    assert.equal(/** @type {any} */ (await again).callFrames[0].functionName, 'withdraw');
    const third = next();
    await debug.Debugger.resume();
    assert.equal(/** @type {any} */ (await third).reason, 'other');
  });

  it('a file of 50 MB opens, and the server stays small', async (context) => {
    const directory = copies((one) => {
      const text = JSON.stringify({
        result: [{ name: 'a', value: { type: 'string', value: 'b' } }],
      });
      for (let id = 0; id < 50e6 / (text.length + 12); id++) {
        one.RemoteObjects[`7.7.${id}`] = JSON.parse(text);
      }
    });
    const { evaluate, child } = await client(context, directory);
    assert.equal((await evaluate('1 + 1')).result.value, 2);
    const status = fs.readFileSync(`/proc/${child.pid}/status`, 'utf8');
    const [, peak] = /VmHWM:\s+(\d+) kB/.exec(status) ?? [];
    assert.ok(Number(peak) < 300_000, `${peak} kB`);
  });

  it('frames that were gone when the others were captured say so', async (context) => {
    const result = await run('rejections/awaited.js', { args: ['await'] });
    const { debug, pause, evaluate } = await client(context, result.directory);
    assert.equal(pause.reason, 'promiseRejection');
    assert.deepEqual(
      pause.callFrames.map(({ functionName }) => functionName),
      ['inner', 'outer'],
    );
    const [inner, outer] = pause.callFrames;
    const { internalProperties } = await debug.Runtime.getProperties({
      objectId: inner.scopeChain[0].object.objectId,
      ownProperties: true,
    });
    assert.equal(internalProperties[0].name, '[[Not captured]]');
    assert.match(internalProperties[0].value.value, /had ended/);
    const { result: ship } = await debug.Debugger.evaluateOnCallFrame({
      callFrameId: outer.callFrameId,
      expression: 'ship',
    });
    assert.equal(ship.value, 'Argo');
    assert.match((await evaluate('ship')).exceptionDetails.exception.description, /not defined/);
  });

  it('a file of inspector-postmortem opens, and one of a black box', async (context) => {
    const directory = temporaryDirectory();
    fs.copyFileSync(path.join(FIXTURES, 'postmortem.json'), path.join(directory, 'dump.json'));
    const { evaluate, pause } = await client(context, directory);
    assert.equal(pause.callFrames[0].functionName.length > 0, true);
    assert.equal((await evaluate('1 + 1')).result.value, 2);
    const killed = temporaryDirectory();
    fs.copyFileSync(
      path.join(FIXTURES, 'crash.20261120.175000.4600.2.001.json'),
      path.join(killed, 'crash.20261120.175000.4600.2.001.json'),
    );
    const dead = await client(context, killed);
    assert.ok(dead.pause.callFrames.length > 0);
    assert.match(String(dead.pause.data.value ?? dead.pause.data.description), /killed/);
  });
});

describe('who may ask', () => {
  /** @param {string} url @param {Record<string, string>} headers @param {string} method */
  function ask(url, headers = {}, method = 'GET') {
    const { hostname, port, pathname, search } = new URL(url);
    return new Promise((resolve, reject) => {
      const options = { hostname, port, path: pathname + search, headers, method, agent: false };
      const request = http.request(options, (response) => {
        response.resume().on('end', () => resolve(response));
      });
      request.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(response);
      });
      request.on('error', reject).end();
    });
  }

  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
  };

  it('no page of elsewhere: by name, by origin, by a guessed address', async (context) => {
    const { origin, host } = await serve(context, account.directory);
    const [target] = await targetsOf(origin);
    const socket = target.webSocketDebuggerUrl.replace('ws:', 'http:');
    const status = async (/** @type {string} */ url, headers = {}, method = 'GET') =>
      /** @type {any} */ (await ask(url, headers, method)).statusCode;
    assert.equal(await status(origin), 200);
    assert.equal(await status(origin, { host: 'evil.example' }), 400);
    assert.equal(await status(origin, { host: 'localhost' }), 200);
    assert.equal(await status(origin, {}, 'POST'), 405);
    assert.equal(await status(socket, upgrade), 101);
    assert.equal(await status(socket, { ...upgrade, origin: `http://${host}` }), 101);
    assert.equal(await status(socket, { ...upgrade, origin: 'devtools://devtools' }), 101);
    const { port } = new URL(origin);
    assert.equal(await status(socket, { ...upgrade, origin: `http://localhost:${port}` }), 101);
    assert.equal(await status(socket, { ...upgrade, origin: 'http://localhost:1' }), 403);
    assert.equal(await status(socket, { ...upgrade, origin: 'http://evil.example' }), 403);
    assert.equal(await status(socket, { ...upgrade, host: 'evil.example' }), 400);
    assert.equal(await status(`${origin}/00000000-0000-0000-0000-000000000000`, upgrade), 404);
  });

  it('no file but those of the list', async (context) => {
    const directory = path.join(temporaryDirectory(), 'inner');
    fs.cpSync(account.directory, directory, { recursive: true });
    fs.writeFileSync(path.join(directory, '..', 'crash.20261120.180051.1.0.001.json'), '{}');
    fs.writeFileSync(path.join(directory, 'private.txt'), 'mine');
    fs.symlinkSync('/etc/passwd', path.join(directory, 'crash.20261120.180052.1.0.001.json'));
    const { origin } = await serve(context, directory);
    for (const name of [
      '..%2Fcrash.20261120.180051.1.0.001.json',
      'private.txt',
      '%2Fetc%2Fpasswd',
      'crash.20261120.180052.1.0.001.json',
      '%00',
    ]) {
      for (const kind of ['file', 'download', 'profile']) {
        const { status } = await fetch(`${origin}/${kind}/${name}`);
        assert.equal(status, 404, `${kind} ${name}`);
      }
    }
    for (const name of ['..%2Fserver.js', '%2e%2e%2fserver.js', '..%2F..%2F..%2Fpackage.json']) {
      assert.equal((await fetch(`${origin}/assets/${name}`)).status, 404, name);
    }
  });

  it('from other machines only with the token that was printed', async (context) => {
    const { url, origin } = await serve(context, account.directory, {
      args: ['--host', '0.0.0.0', '--port', '0'],
    });
    const { port } = new URL(origin);
    const local = (/** @type {string} */ text) => text.replace(origin, `http://127.0.0.1:${port}`);
    assert.match(url, /\?token=[\w-]{24}/);
    for (const place of ['/', '/json', `/file/${account.name}`, '/?token=wrong']) {
      const response = /** @type {any} */ (await ask(local(origin) + place));
      assert.equal(response.statusCode, 403, place);
    }
    const entry = /** @type {any} */ (await ask(local(url)));
    assert.equal(entry.statusCode, 303);
    const [cookie] = entry.headers['set-cookie'];
    assert.match(cookie, /HttpOnly; SameSite=Strict/);
    const inside = /** @type {any} */ (await ask(local(origin), { cookie: cookie.split(';')[0] }));
    assert.equal(inside.statusCode, 200);
  });

  it('a page may run no script of others', async (context) => {
    const { origin } = await serve(context, account.directory);
    for (const place of ['/', `/file/${account.name}`, '/nowhere']) {
      const policy = (await fetch(origin + place)).headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'; script-src 'self'/, place);
      assert.ok(!policy.includes('unsafe'), place);
    }
  });
});

it('a damaged file says what is wrong with it, and the others open', async (context) => {
  const directory = copies(
    (one) => one,
    () => '{"schemaVersion": 1, "kind": "unca',
    () => '',
    () => '{"schemaVersion": 99, "kind": "uncaughtException"}',
    () => `${'['.repeat(100_000)}`,
  );
  const huge = path.join(directory, 'crash.20261120.180059.1.0.001.json');
  fs.writeFileSync(huge, '{"schemaVersion": 1, "kind": "uncaughtException"');
  fs.truncateSync(huge, 600e6);
  const { origin } = await serve(context, directory);
  const page = async (/** @type {number} */ index) => {
    const response = await fetch(`${origin}/file/crash.20261120.18005${index}.4711.0.001.json`);
    return [response.status, await response.text()];
  };
  assert.equal((await page(0))[0], 200);
  for (const [index, wanted] of [
    [1, /is cut short after \d+ bytes/],
    [2, /is empty/],
    [3, /newer loopdet/],
    [4, /not a JSON object/],
  ]) {
    const [status, text] = await page(/** @type {number} */ (index));
    assert.equal(status, 422);
    assert.match(String(text), /** @type {RegExp} */ (wanted));
  }
  const large = await fetch(`${origin}/file/${path.basename(huge)}`);
  assert.equal(large.status, 422);
  assert.match(await large.text(), /larger than|binary/);
  assert.equal((await fetch(origin)).status, 200);
});

it('a port in use is told of, and another is taken if none was asked for', async (context) => {
  const first = await serve(context, account.directory);
  const port = new URL(first.url).port;
  await assert.rejects(
    serve(context, account.directory, { args: ['--port', port] }),
    /port \d+ is in use/,
  );
  await assert.rejects(serve(context, '/nowhere/at/all'), /no such directory/);
});
