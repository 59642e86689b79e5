'use strict';

// `loopdet heap` and `loopdet-addon/heap`, on snapshots that this Node writes.

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { before, describe, it } = require('node:test');
const { chromium } = require('playwright-core');
const { run } = require('./command.js');
const { NODE, PROGRAMS, ROOT, temporaryDirectory } = require('./harness.js');
const { openHeapSnapshot } = require('../../js/heap/index.js');

const LIMIT_MS = 120_000;
const CHROMIUM = '/usr/bin/chromium';
const SYNTHETIC = path.join(ROOT, 'test/bench/programs/synthetic-snapshot.js');
const FRONT_END = path.join(ROOT, 'node_modules/@react-native/debugger-frontend');

/** @param {import('playwright-core').Page} page @param {string} file */
async function snapshotOfPage(page, file) {
  const session = await page.context().newCDPSession(page);
  const output = fs.openSync(file, 'w');
  session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => fs.writeSync(output, chunk));
  await session.send('HeapProfiler.takeHeapSnapshot', { exposeInternals: false });
  fs.closeSync(output);
  await session.detach();
}

describe('heap snapshots', () => {
  const folder = temporaryDirectory();
  const file = (/** @type {string} */ name) => path.join(folder, `${name}.heapsnapshot`);

  before(() => {
    const made = spawnSync(NODE, [path.join(PROGRAMS, 'heap', 'make.js')], {
      cwd: folder,
      encoding: 'utf8',
      timeout: LIMIT_MS,
    });
    assert.equal(made.status, 0, made.stderr);
  });

  /**
   * Every number of theirs is ours.
   * @param {string} before a file
   * @param {string} after
   */
  async function isAsInDevTools(before, after) {
    const words = [FRONT_END, before, after];
    const asked = spawnSync(NODE, [path.join(PROGRAMS, 'heap', 'devtools.mjs'), ...words], {
      cwd: folder,
      encoding: 'utf8',
      timeout: LIMIT_MS,
      maxBuffer: 2 ** 28,
    });
    assert.equal(asked.status, 0, asked.stderr.slice(-2000));
    const devtools = JSON.parse(fs.readFileSync(path.join(folder, 'devtools.json'), 'utf8'));
    const first = await openHeapSnapshot(before);
    const third = await openHeapSnapshot(after);

    const summary = await third.summary();
    assert.equal(summary.totalSize, devtools.total);
    assert.deepEqual(summary.statistics, {
      native: devtools.statistics.native.total,
      typedArrays: devtools.statistics.native.typedArrays,
      code: devtools.statistics.v8heap.code,
      strings: devtools.statistics.v8heap.strings,
      jsArrays: devtools.statistics.v8heap.jsArrays,
      system: devtools.statistics.v8heap.system,
    });

    const classes = await third.classes();
    const byKey = (/** @type {any[][]} */ rows) =>
      rows.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
    assert.deepEqual(
      byKey(classes.map((one) => [one.key, one.count, one.self, one.retained, one.distance])),
      byKey(devtools.classes),
    );

    const nodes = new Map(devtools.nodes.map((/** @type {any[]} */ one) => [one[0], one]));
    let compared = 0;
    for (const { key } of classes) {
      const { instances } = await third.instances(key, { limit: 2 ** 31 });
      for (const { id, self, retained, distance, name } of instances) {
        const [, ...expected] = nodes.get(id) ?? [];
        assert.deepEqual([self, retained, distance], expected.slice(0, 3), `@${id} ${name}`);
        // Ours end in one character where theirs, of that version, end in three dots.
        const shown = String(expected[3])
          .replace(', ..., ', ', …, ')
          .replace(/, \.\.\.\}$/, ', …}');
        if (shown.length < 150) assert.equal(name, shown, `@${id}`);
        compared += 1;
      }
    }
    assert.equal(compared, nodes.size);

    const difference = await first.compare(third);
    assert.deepEqual(
      byKey(
        difference.map((one) => [
          one.key,
          one.addedCount,
          one.removedCount,
          one.addedSize,
          one.removedSize,
        ]),
      ),
      byKey(devtools.difference),
    );
    first.close();
    third.close();
  }

  it("every constructor, every object and the comparison are those of Chrome DevTools' own worker", async (context) => {
    if (!fs.existsSync(FRONT_END)) return context.skip('the front end is not installed');
    await isAsInDevTools(file('first'), file('third'));
  });

  it('and so they are of a page in Chromium, with elements that no document has any more', async (context) => {
    if (!fs.existsSync(FRONT_END)) return context.skip('the front end is not installed');
    if (!fs.existsSync(CHROMIUM)) return context.skip('no Chromium');
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      await page.setContent('<div id="shown"><p>text</p></div>');
      await snapshotOfPage(page, file('page-before'));
      await page.evaluate(() => {
        const list = document.createElement('ul');
        for (let i = 0; i < 50; i++) list.append(document.createElement('li'));
        document.querySelector('#shown')?.append(list);
        Object.assign(globalThis, { forgotten: list });
        list.remove();
      });
      await snapshotOfPage(page, file('page-after'));
    } finally {
      await browser.close();
    }
    await isAsInDevTools(file('page-before'), file('page-after'));
    const heap = await openHeapSnapshot(file('page-after'));
    const classes = await heap.classes({ filter: /^Detached <(ul|li)>$/ });
    assert.deepEqual(classes.map(({ name, count }) => [name, count]).sort(), [
      ['Detached <li>', 50],
      ['Detached <ul>', 1],
    ]);
    heap.close();
  });

  it('what was planted is found: a leak, a path to it, duplicated strings, what a closure holds', async () => {
    const heap = await openHeapSnapshot(file('third'));
    const { count, instances } = await heap.instances('Leaked');
    assert.equal(count, 200);
    const { path: way } = await heap.path(instances[0].id);
    assert.deepEqual(
      way.map(({ edge }) => edge).filter((edge) => ['kept', 'leaked'].includes(String(edge))),
      ['kept', 'leaked'],
    );
    const { refs } = await heap.refs(instances[0].id);
    assert.ok(refs.length >= 1);
    const { fields, dominator } = await heap.inspect(instances[0].id);
    assert.ok(
      fields.some(({ name, node }) => name === 'payload' && /^payload \d+ x+$/.test(node.name)),
    );
    assert.ok(dominator.retained >= instances[0].retained);
    const { strings } = await heap.strings();
    assert.ok(
      strings.some(({ value, count: times }) => /^(?:same text ){4}0$/.test(value) && times === 30),
    );
    // The halves of a long text that was put together differ, however alike they begin.
    assert.ok(!strings.some(({ value }) => value.startsWith('part 0 part 1 part 2')));
    const { contexts } = await heap.contexts({ limit: 2 ** 31 });
    assert.ok(contexts.some(({ variables }) => variables.some(({ name }) => name === 'large')));
    const { children, node } = await heap.dominators();
    assert.ok(node.retained >= children[0].retained);
    await assert.rejects(heap.instances('Leak'), {
      code: 'ERR_LOOPDET_HEAP_CLASS',
      message: /there are Leaked/,
    });
    heap.close();
    await assert.rejects(heap.summary(), /not open/);
  });

  it('answers are known of one that is made up, in pieces for two threads', async () => {
    // By hand the same generator has made one of 9 GB (test/bench/README.md).
    const made = spawnSync(NODE, [SYNTHETIC, '250500', '4', file('synthetic')], {
      encoding: 'utf8',
      timeout: LIMIT_MS,
    });
    const { nodes, edges, hubs, items, bytes } = JSON.parse(made.stdout);
    const heap = await openHeapSnapshot(file('synthetic'));
    const summary = await heap.summary();
    assert.deepEqual([summary.nodes, summary.edges, summary.totalSize], [nodes, edges, bytes]);
    const classes = await heap.classes();
    const row = (/** @type {string} */ wanted) => classes.find(({ name }) => name === wanted);
    assert.deepEqual([row('Item')?.count, row('Hub')?.count], [items, hubs]);
    assert.equal(row('Hub')?.retained, bytes);
    const { instances } = await heap.instances('Hub', { limit: 2 ** 31 });
    const [first, last] = [instances[0], instances.at(-1)];
    assert.equal(first.retained, 64 + 1000 * 32);
    assert.equal(last?.retained, 64 + 500 * 32);
    heap.close();
  });

  it('of three, what has come and stays', async () => {
    const heaps = await Promise.all(
      ['first', 'second', 'third'].map((name) => openHeapSnapshot(file(name))),
    );
    const kept = await heaps[0].keptSince(heaps[1], heaps[2]);
    const leaked = kept.find(({ name }) => name === 'Leaked');
    // Of the first round: those of the second came later.
    assert.equal(leaked?.count, 100);
    assert.ok(!kept.some(({ name, count }) => name === '{width, height, depth}' && count > 0));
    for (const heap of heaps) heap.close();
  });

  it('the command answers, for people and as JSON', async () => {
    const one = file('third');
    for (const [words, wanted] of /** @type {[string[], RegExp][]} */ ([
      [['summary', one], /── Suspects|── Constructors/],
      [
        ['objects', one, '--sort', 'count', '--filter', '^Leak'],
        /^ +\S+ kB +\S+ (?:kB|B) +200 +\d+ +Leaked$/m,
      ],
      [['instances', one, 'Account', '--limit', '3'], /── Account .* 3 of 5\d\d/],
      [['strings', one], /30× +\d+ +@\d+ +"same text/],
      [['dominators', one], /── Holds alone/],
      [['diff', file('first'), one], /\+200 +\+200 +0 +Leaked$/m],
      [['diff', file('first'), file('second'), one], /100 +Leaked$/m],
      [['contexts', one, '--limit', '2'], /── Contexts of closures .* 2 of/],
    ])) {
      const { code, stdout, stderr } = await run(['heap', ...words]);
      assert.equal(code, 0, stderr);
      assert.match(stdout, wanted, words.join(' '));
      const json = await run(['heap', ...words, '--json']);
      assert.ok(JSON.parse(json.stdout));
    }
    const { stdout } = await run(['heap', '--help']);
    assert.match(stdout, /loopdet heap path <file> <id>/);
  });

  it('--html writes one page with a picture', async () => {
    const page = path.join(folder, 'page.html');
    for (const [words, wanted] of /** @type {[string[], RegExp][]} */ ([
      [
        ['summary', file('third')],
        /<svg[^>]*aria-label="constructors by retained size"[\s\S]*Account/,
      ],
      [['diff', file('first'), file('third')], /<svg[\s\S]*Leaked[\s\S]*<td>Leaked<\/td>/],
    ])) {
      const { code, stdout, stderr } = await run(['heap', ...words, '--html', page]);
      assert.equal(code, 0, stderr);
      assert.equal(stdout, '');
      const text = fs.readFileSync(page, 'utf8');
      assert.match(text, wanted);
      // Nothing of elsewhere is needed to see it, and nothing in it runs.
      assert.doesNotMatch(text, /<script|(?:src|href)="/);
    }
    const refused = await run(['heap', 'strings', file('third'), '--html', page]);
    assert.match(refused.stderr, /--html is for heap summary/);
  });

  it('a prompt asks and answers over one loaded snapshot', () => {
    const asked = spawnSync(NODE, [path.join(ROOT, 'js/cli/main.js'), 'heap', file('third')], {
      input: 'help\nobjects ^Leaked\nnothing\ninstances "Account"\ninspect x\nexit\n',
      encoding: 'utf8',
      timeout: LIMIT_MS,
    });
    assert.equal(asked.status, 0, asked.stderr);
    assert.match(asked.stdout, /inspect <id>/);
    assert.match(asked.stdout, /200 +\d+ +Leaked/);
    assert.match(asked.stdout, /there is no nothing/);
    assert.match(asked.stdout, /── Account/);
    assert.match(asked.stdout, /an object is named by its id/);
  });

  it('what is wrong is named, with the byte', async () => {
    const whole = fs.readFileSync(file('first'), 'utf8');
    const damaged = (/** @type {string} */ name, /** @type {string} */ text) => {
      const place = path.join(folder, `${name}.heapsnapshot`);
      fs.writeFileSync(place, text);
      return place;
    };
    const nodesAt = whole.indexOf('"nodes":[') + 9;
    for (const [words, wanted] of /** @type {[string[], RegExp][]} */ ([
      [
        ['summary', damaged('cut', whole.slice(0, whole.length / 2))],
        /at byte \d+: the file ends within/,
      ],
      [['summary', damaged('text', 'hello')], /at byte 0: a heap snapshot begins with \{/],
      [['summary', damaged('empty', '')], /is empty/],
      [['summary', damaged('other', '{"a": [1, 2]}')], /this is no heap snapshot/],
      [
        ['summary', damaged('negative', `${whole.slice(0, nodesAt)}-${whole.slice(nodesAt)}`)],
        new RegExp(`at byte ${nodesAt}: a number below 0 in "nodes"`),
      ],
      [
        ['summary', damaged('many', whole.replace(/"node_count":\d+/, '"node_count":1000000000'))],
        /there are 1000000000 nodes .* for which the file is too small/,
      ],
      [['summary', folder], /is no file/],
      [['summary', path.join(folder, 'nowhere')], /cannot read .*No such file/],
      [['sumary', file('first')], /heap takes summary, objects, .* not sumary/],
      [['summary'], /heap summary takes a file/],
      [['path', file('first'), 'x'], /named by its id, such as @12345, not x/],
      [['path', file('first'), '@4000000000'], /there is no node @4000000000/],
      [['objects', file('first'), '--sort', 'size'], /--sort takes count, shallow or retained/],
      [['objects', file('first'), '--limit', '0'], /--limit takes a number from 1 on/],
      [['diff', file('first')], /heap diff takes two or three files/],
    ])) {
      const { code, stdout, stderr } = await run(['heap', ...words]);
      assert.equal(code, 1, `${words}: ${stdout}`);
      assert.match(stderr, wanted);
    }
  });
});
