'use strict';

// `loopdet run`: what is seen of a program while it runs, and the report, whatever ends it.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { loopdet, reportOf, run } = require('./command.js');
const { NODE, PROGRAMS, temporaryDirectory } = require('./harness.js');

const WORKER = path.join(PROGRAMS, 'run', 'worker.js');

const TARGET = path.join(PROGRAMS, 'attach', 'target.js');
/** How many programs die at random moments; more take their time. */
const DEATHS = Number(process.env.LOOPDET_TEST_DEATHS ?? 8);
const deathsAtAnyMoment = /** @type {[string, number | string][]} */ ([
  ['exit', 5],
  ['throw', 1],
  ['reject', 1],
  ['kill', 'SIGKILL'],
  ['memory', 'SIGABRT'],
]);

describe('loopdet run', () => {
  it('shows what happens, then the report; the output of the program stays its own', async () => {
    const { code, stdout, stderr } = await run([
      'run',
      '--io-threshold',
      '100',
      '--',
      WORKER,
      'well',
    ]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, 'its own output\n');
    assert.match(stderr, /^its own complaint$/m);
    assert.match(stderr, /^[\d:.]+ slow +http GET localhost:\d+\/prices \d+ ms in /m);
    assert.match(stderr, /^[\d:.]+ lag +1\d\d ms \((js|starved)\) in grind .*worker\.js/m);
    assert.match(stderr, /ended with exit code 0 after/);
    assert.match(stderr, /Event loop lag.*\n.*p99/);
    assert.match(stderr, /█.*grind/);
    assert.match(stderr, /resident .* to /);
    assert.ok(!stderr.includes('token=abc'));
    assert.ok(!stderr.includes('loopdet: '), stderr);
  });

  it('--json prints one document; what the program prints goes to stderr', async () => {
    const words = ['run', '--json', '--io-threshold', '100', '--', WORKER, 'well'];
    const { code, stdout, stderr } = await run(words);
    assert.equal(code, 0);
    assert.equal(stderr.includes('its own output'), true);
    const report = reportOf(stdout);
    assert.equal(report.complete, true);
    // Not the first on a busy machine, whose start is a lag as well.
    const { byFunction } = report.lag;
    assert.ok(byFunction.some(({ functionName }) => functionName === 'grind'));
    const totals = byFunction.map(({ totalMs }) => totalMs);
    assert.deepEqual(
      totals,
      totals.toSorted((a, b) => b - a),
    );
    assert.ok(report.lag.histogram.count > 0);
    assert.match(report.io.byTarget[0].target, /\/prices$/);
    assert.ok(report.profile.topFunctions.some(({ functionName }) => functionName === 'grind'));
    assert.ok(report.memory.before.rss > 0 && report.memory.maxRss >= report.memory.before.rss);
  });

  const deaths = [
    ['exit', { code: 3, signal: null }, null],
    ['throw', { code: 1, signal: null }, 'uncaughtException'],
    ['reject', { code: 1, signal: null }, 'unhandledRejection'],
    ['kill', { code: null, signal: 'SIGKILL' }, null],
    ['memory', { code: null, signal: 'SIGABRT' }, null],
  ];
  for (const [how, end, kind] of deaths) {
    it(`of a program that ends by ${how}: exit code 2, and all that was seen`, async () => {
      const words = ['run', '--json', '--', NODE, '--max-old-space-size=40', WORKER, `${how}`];
      const { code, stdout, stderr } = await run(words);
      assert.equal(code, 2, stderr);
      const report = reportOf(stdout);
      const { code: ended, signal, crash } = report.end;
      assert.deepEqual({ code: ended, signal }, end);
      assert.equal(crash?.kind ?? null, kind);
      assert.ok(
        report.lag.byFunction.some((/** @type {any} */ one) => one.functionName === 'grind'),
      );
      assert.equal(report.complete, signal === null);
      if (crash) assert.ok(fs.existsSync(crash.file));
    });
  }

  it('at any moment: an answer, and what was seen', async () => {
    for (let round = 0; round < DEATHS; round++) {
      const [how, end] = deathsAtAnyMoment[round % deathsAtAnyMoment.length];
      const afterMs = String(Math.round(Math.random() * 800));
      const words = ['run', '--json', '--', NODE, '--max-old-space-size=40', TARGET, how, afterMs];
      const { code, stdout, stderr } = await run(words);
      assert.equal(code, 2, stderr);
      const { code: ended, signal } = reportOf(stdout).end;
      assert.equal(ended ?? signal, end);
    }
  });

  it('a block that never ends is shown while it lasts, and ends with the time', async () => {
    const { code, stdout, stderr } = await run([
      'run',
      '-d',
      '1',
      '--json',
      '--',
      WORKER,
      'endless',
    ]);
    assert.equal(code, 0, stderr);
    const report = reportOf(stdout);
    assert.equal(report.end.stopped, true);
    assert.match(report.lag.unfinished.stack[0].url, /worker\.js$/);
  });

  it('-d stops the program after a summary', async () => {
    const { code, stderr } = await run(['run', '-d', '1', '--', WORKER, 'wait']);
    assert.equal(code, 0, stderr);
    // The program's own time, which begins a little after the command's.
    assert.match(stderr, /stopped after (1,\d\d\d|999) ms, as was asked for/);
    assert.ok(!stderr.includes('without a summary'));
  });

  it('signals go to the program, which ends as it likes', async () => {
    const running = loopdet(['run', '--', WORKER, 'wait']);
    await running.said(/waiting/);
    running.child.kill('SIGTERM');
    const { code, stdout } = /** @type {any} */ (await running.done);
    assert.equal(code, 0);
    assert.match(stdout, /told to end/);
  });

  it('--html writes one page, and so does show', async () => {
    const folder = temporaryDirectory();
    const file = path.join(folder, 'run.html');
    const { code, stderr, cwd } = await run(['run', '--html', file, '--', WORKER, 'throw']);
    assert.equal(code, 2, stderr);
    const page = fs.readFileSync(file, 'utf8');
    assert.match(page, /ended with exit code 1: uncaughtException/);
    assert.match(page, /grind/);
    assert.match(page, /<svg/);
    const directory = path.join(cwd, 'loopdet');
    const [crash] = fs.readdirSync(directory).filter((name) => name.startsWith('crash.'));
    const other = path.join(folder, 'crash.html');
    const shown = await run(['show', path.join(directory, crash), '--html', other]);
    assert.equal(shown.code, 0, shown.stderr);
    const crashPage = fs.readFileSync(other, 'utf8');
    assert.match(crashPage, /order 1017 is lost/);
    for (const text of [page, crashPage]) {
      // Nothing of elsewhere is needed to see it, and nothing in it runs.
      assert.doesNotMatch(text, /<script|(?:src|href)="/);
    }
  });

  it('of what starts Node in turn the program is reported of', async () => {
    const script = `node ${WORKER} throw; exit $?`;
    const parent = `require('node:child_process').execFileSync('sh', ['-c', ${JSON.stringify(script)}], { stdio: 'inherit' })`;
    const file = path.join(temporaryDirectory(), 'parent.sh');
    fs.writeFileSync(file, `#!/bin/sh\nexec node -e "$(cat <<'EOF'\n${parent}\nEOF\n)"\n`, {
      mode: 0o755,
    });
    const { code, stdout } = await run(['run', '--json', '--', file]);
    assert.equal(code, 2);
    const report = reportOf(stdout);
    assert.equal(report.complete, true);
    assert.equal(report.end.crash.kind, 'uncaughtException');
    assert.ok(
      report.profile.topFunctions.some((/** @type {any} */ one) => one.functionName === 'grind'),
    );
  });

  it('--save-profile keeps the profile of the whole run', async () => {
    const file = path.join(temporaryDirectory(), 'run.cpuprofile');
    const { code, stderr } = await run(['run', '--save-profile', file, '--', WORKER, 'well']);
    assert.equal(code, 0, stderr);
    const { nodes } = JSON.parse(fs.readFileSync(file, 'utf8'));
    assert.ok(nodes.some((/** @type {any} */ node) => node.callFrame.functionName === 'grind'));
  });

  it('wrong arguments name what is right', async () => {
    for (const [words, wanted] of /** @type {[string[], RegExp][]} */ ([
      [['run'], /missing required argument 'program'/],
      [['run', '-d', 'soon', '--', WORKER], /--duration takes a number/],
      [['run', '--thresold', '5', '--', WORKER], /Did you mean --threshold/],
      [['rnu'], /Did you mean run/],
      [['run', '--', '/nowhere/program'], /there is no such command/],
    ])) {
      const { code, stderr } = await run(words);
      assert.equal(code, 1, stderr);
      assert.match(stderr, wanted);
    }
  });
});

describe('loopdet compare', () => {
  it('tells worse from the same, and both from better', async () => {
    const folder = temporaryDirectory();
    const { stdout } = await run(['run', '--json', '--', WORKER, 'well']);
    const before = path.join(folder, 'before.json');
    fs.writeFileSync(before, stdout);
    // Of the same run: a second one may have been better in something else.
    const report = JSON.parse(stdout);
    report.lag.histogram.p99Ms += 400;
    report.lag.histogram.maxMs += 400;
    report.memory.maxRss += 300e6;
    const worse = path.join(folder, 'worse.json');
    fs.writeFileSync(worse, JSON.stringify(report));
    const same = await run(['compare', before, before]);
    assert.equal(same.code, 0, same.stderr);
    assert.match(same.stdout, /unchanged\n$/);
    const regressed = await run(['compare', before, worse]);
    assert.equal(regressed.code, 3);
    assert.match(regressed.stdout, /lag p99 .* regressed/);
    assert.match(regressed.stdout, /regressed\n$/);
    const shown = await run(['show', worse]);
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(shown.stdout, /max 5\d\d ms/);
    const better = await run(['compare', worse, before, '--json']);
    assert.equal(better.code, 0);
    assert.equal(JSON.parse(better.stdout).verdict, 'improved');
  });

  it('refuses what is no report', async () => {
    const file = path.join(temporaryDirectory(), 'x.json');
    fs.writeFileSync(file, '{"nodes": [{"callFrame": {}}]}');
    const { code, stderr } = await run(['compare', file, file]);
    assert.equal(code, 1);
    assert.match(stderr, /is no report; give what loopdet run --json printed/);
  });
});
