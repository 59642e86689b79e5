'use strict';

// Options: wrong values warn in one line and fall back, every spelling of a boolean is taken, off
// is off, and the environment wins over package.json.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it } = require('node:test');
const { bare, run, sameBehaviour, temporaryDirectory } = require('./harness.js');

/** A wrong value of every option that can have one. */
const WRONG = {
  LOOPDET_ENABLED: 'perhaps',
  LOOPDET_QUIET: '2',
  LOOPDET_LOG: 'xml',
  LOOPDET_LAG_THRESHOLD_MS: 'fast',
  LOOPDET_STALL_SAMPLE_MS: '-5',
  LOOPDET_IO: 'http,carrier-pigeon',
  LOOPDET_IO_THRESHOLD_MS: '1s',
  LOOPDET_CAPTURE: 'everything',
  LOOPDET_CAPTURE_MAX_MS: 'NaN',
  LOOPDET_CAPTURE_DEPTH: '0x',
  LOOPDET_CAPTURE_MAX_BYTES: '8MB',
  LOOPDET_PROFILE: 'maybe',
  LOOPDET_PROFILE_INTERVAL_MS: '0',
  LOOPDET_PROFILE_WINDOW_S: 'Infinity',
  LOOPDET_HEAP_SIGNAL: 'SIGNIFICANT',
  LOOPDET_OOM: 'yes please',
  LOOPDET_BLACKBOX: 'black',
  LOOPDET_BLACKBOX_MB: '4.x',
  LOOPDET_REDACT: 'some',
  LOOPDET_ENV: 'everything',
  LOOPDET_KEEP_FILES: 'many',
  LOOPDET_KEEP_MB: '-1',
};

/** Signals that cannot be listened to, or that Node itself uses. */
const WRONG_SIGNALS = ['SIGKILL', 'SIGSTOP', 'SIGSEGV', '12'];

describe('a wrong value', { concurrency: 2 }, () => {
  for (const [name, value] of Object.entries(WRONG)) {
    it(`of ${name} is one line of warning, and the default`, async () => {
      const plain = await bare('plain/ends.js');
      const result = await run('plain/ends.js', { env: { [name]: value } });
      sameBehaviour(result, plain);
      assert.equal(result.notices.length, 1, result.describe('one line'));
      const [line] = result.notices;
      assert.ok(line.includes(name) && line.includes(value), line);
      assert.ok(line.length > `loopdet: ${name} ${value}`.length + 10, `what is accepted: ${line}`);

      const crashed = await run('crash/timer.js', { env: { [name]: value } });
      assert.equal(crashed.code, 1);
      assert.equal(crashed.crash().capture.mode, 'throw');
    });
  }

  for (const value of WRONG_SIGNALS) {
    it(`LOOPDET_HEAP_SIGNAL=${value} does not stop the program from starting`, async () => {
      const plain = await bare('plain/ends.js');
      const result = await run('plain/ends.js', { env: { LOOPDET_HEAP_SIGNAL: value } });
      sameBehaviour(result, plain);
      assert.equal(result.notices.length, 1, result.describe('one line'));
    });
  }

  it('of many options at once: a line each, and the program runs', async () => {
    const result = await run('plain/ends.js', { env: WRONG });
    assert.equal(result.code, 0);
    assert.equal(result.notices.length, Object.keys(WRONG).length, result.stderr);
  });

  it('that is empty is the default, without a word', async () => {
    const env = Object.fromEntries(Object.keys(WRONG).map((name) => [name, '']));
    const result = await run('crash/timer.js', { env });
    assert.equal(result.crash().capture.mode, 'throw');
    assert.equal(result.notices.length, 1, 'the notice of the file');
  });

  it('cannot inject lines or control characters into the terminal', async () => {
    const env = { LOOPDET_LOG: 'a\nb\u001b[31m' };
    const result = await run('plain/ends.js', { env });
    assert.equal(result.code, 0);
    assert.equal(result.notices.length, 1);
    assert.equal(result.ownStderr, 'err\n', result.describe('one line'));
    assert.ok(!result.stderr.includes('\u001b'));
  });
});

describe('booleans', { concurrency: 2 }, () => {
  for (const value of ['0', 'false', 'off', 'no', 'OFF', 'False']) {
    it(`LOOPDET_ENABLED=${JSON.stringify(value)} leaves no trace`, async () => {
      const plain = await bare('crash/timer.js');
      const directory = path.join(temporaryDirectory(), 'loopdet');
      const env = { LOOPDET_ENABLED: value, LOOPDET_LOG: 'json' };
      const result = await run('crash/timer.js', { env, directory });
      assert.equal(result.stderr, plain.stderr);
      assert.equal(result.code, 1);
      assert.equal(fs.existsSync(directory), false);
    });
  }

  for (const value of ['1', 'true', 'on', 'yes', 'ON', 'True', 'YES']) {
    it(`LOOPDET_QUIET=${value}: the file, and not a word`, async () => {
      const plain = await bare('crash/timer.js');
      const result = await run('crash/timer.js', { env: { LOOPDET_QUIET: value } });
      assert.equal(result.stderr, plain.stderr);
      result.crash();
    });
  }
});

describe('switched off', () => {
  it('SIGUSR2 ends the program and nothing listens', async () => {
    const env = { LOOPDET_ENABLED: 'off' };
    const result = await run('heap-wait.js', {
      env,
      signals: [{ when: 'ready', send: 'SIGUSR2' }],
    });
    assert.equal(result.signal, 'SIGUSR2');
    const plain = await bare('plain/globals.js');
    const off = await run('plain/globals.js', { env });
    assert.equal(off.stdout, plain.stdout);
  });
});

describe('precedence', { concurrency: 2 }, () => {
  const project = (settings) => {
    const directory = temporaryDirectory();
    const document = { name: 'a-program', loopdet: settings };
    fs.writeFileSync(path.join(directory, 'package.json'), JSON.stringify(document));
    return directory;
  };
  const settings = { directory: './from-package', lagThresholdMs: 123 };

  it('package.json wins over the default', async () => {
    const cwd = project(settings);
    const result = await run('crash/timer.js', { cwd, env: { LOOPDET_DIR: undefined } });
    assert.equal(result.code, 1);
    const names = fs.readdirSync(path.join(cwd, 'from-package'));
    const name = names.find((file) => file.startsWith('crash.'));
    const crash = JSON.parse(fs.readFileSync(path.join(cwd, 'from-package', name), 'utf8'));
    assert.equal(crash.lag.thresholdMs, 123);
  });

  it('the environment wins over package.json', async () => {
    const cwd = project(settings);
    const env = { LOOPDET_LAG_THRESHOLD_MS: '77' };
    const result = await run('crash/timer.js', { cwd, env });
    assert.equal(result.crash().lag.thresholdMs, 77);
    assert.equal(fs.existsSync(path.join(cwd, 'from-package')), false);
  });

  it('nonsense in package.json stops nothing', async () => {
    const cwd = temporaryDirectory();
    for (const text of ['{"loopdet": 3}', '{"loopdet": {"directory": 5, "colour": "red"}}']) {
      fs.writeFileSync(path.join(cwd, 'package.json'), text);
      const plain = await bare('plain/ends.js', { cwd });
      sameBehaviour(await run('plain/ends.js', { cwd }), plain);
    }
  });

  it('the default directory is ./loopdet, mode 0700, files 0600', async () => {
    const cwd = temporaryDirectory();
    const result = await run('crash/timer.js', { cwd, env: { LOOPDET_DIR: undefined } });
    assert.equal(result.code, 1);
    const directory = path.join(cwd, 'loopdet');
    assert.equal(fs.statSync(directory).mode & 0o777, 0o700);
    const names = fs.readdirSync(directory);
    assert.ok(names.some((name) => name.startsWith('crash.')));
    for (const name of names) {
      assert.equal(fs.statSync(path.join(directory, name)).mode & 0o777, 0o600, name);
    }
  });
});

describe('LOOPDET_KEEP_FILES', () => {
  it('oldest files of ours go first, foreign files stay', async () => {
    const directory = temporaryDirectory();
    fs.writeFileSync(path.join(directory, 'notes.txt'), 'mine');
    fs.writeFileSync(path.join(directory, 'crash.notes.json'), '{}');
    const env = { LOOPDET_KEEP_FILES: '3', LOOPDET_PROFILE: 'off' };
    const seen = [];
    for (let round = 0; round < 5; round++) {
      const result = await run('crash/top-level.js', { directory, env });
      assert.equal(result.code, 1);
      const ours = result.files.matching(/^crash\.\d{8}\./);
      seen.push(...ours.filter((name) => !seen.includes(name)));
      assert.ok(ours.length <= 3, `${ours}`);
    }
    assert.equal(seen.length, 5);
    const left = fs.readdirSync(directory);
    assert.ok(left.includes('notes.txt') && left.includes('crash.notes.json'));
    assert.ok(left.includes(seen.at(-1)), 'the newest is there');
    assert.ok(!left.includes(seen[0]), 'the oldest is not');
  });
});
