'use strict';

// Every way to crash: the program ends exactly as without the addon, and leaves one valid file with
// the locals of the throw, or a reason why there are none.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { nothingHalfWritten, runBoth } = require('./harness.js');

/**
 * program: [name of a local variable, its text in the file, the frame's function].
 * The function is left out where Node versions name it differently.
 */
const WITH_LOCALS = {
  'top-level.js': ['target', /eu-north\.example/, 'connect'],
  'timer.js': ['number', /^1017$/, 'shipOrder'],
  'interval.js': ['phase', /phase-3/],
  'immediate.js': ['pending', /first|Array\(2\)/, 'flush'],
  'next-tick.js': ['note', /gloomy tick/],
  'http-server.js': ['cart', /grace|Object/],
  'http-client.js': ['length', /^8$/, 'parseAnswer'],
  'net.js': ['command', /HELO/],
  'fs.js': ['wanted', /the missing file/],
  'fs-stat.js': ['isFile', /^true$/],
  'zlib.js': ['magic', /^8075$/],
  'crypto.js': ['keyLength', /^16$/],
  'dns.js': ['family', /v4 127\.0\.0\.1/],
  'error-event.js': ['reason', /job j-77 refused/, 'take'],
  'error-event-value.js': ['detail', /high|Object/, 'complain'],
  'stream-transform.js': ['word', /three/, 'transform'],
  'stream-data.js': ['label', /chunk b/, 'count'],
  'json-parse.js': ['source', /settings\.json/, 'load'],
  'native-buffer.js': ['size', /^-1$/, 'allocate'],
  'native-array.js': ['length', /^-5$/, 'grow'],
  'undefined-property.js': ['user', /u-9|Object/, 'firstName'],
  'not-a-function.js': ['kit', /steel|Object/, 'build'],
  'generator.js': ['title', /volume I/, 'pages'],
  'vm.js': ['scaled', /^42$/, 'scale'],
  'vm-this-context.js': ['twice', /^42$/, 'run'],
  'eval.js': ['variables', /x|Object/],
  'class-field.js': ['ledger', /ledger of Hedy/, 'read'],
  'class-static.js': ['entries', /a|Array\(2\)/],
  'private-member.js': ['wrong', /^true$/, 'open'],
  'getter.js': ['place', /row 5/],
  'proxy-trap.js': ['known', /id|Array\(1\)/, 'get'],
  'async-local-storage.js': ['store', /req-5|Object/],
  'sort-callback.js': ['difference', /\d-\d/],
  'nested-closure.js': ['tenant', /acme/, 'inner'],
  'block-scope.js': ['remainder', /^11$/, 'settle'],
  'throw-null.js': ['before', /nothing/, 'empty'],
  'throw-undefined.js': ['depth', /^12$/, 'fall'],
  'throw-string.js': ['level', /red/, 'warn'],
  'throw-number.js': ['status', /^42$/, 'exit'],
  'throw-bigint.js': ['big', /1180591620717411303424n/, 'exit'],
  'throw-symbol.js': ['mark', /Symbol\(mark\)/, 'signal'],
  'throw-object.js': ['answer', /503|Object/, 'reply'],
  'throw-function.js': ['task', /sweep/, 'handOver'],
  'throw-frozen.js': ['fixed', /cannot change/, 'refuse'],
  'throw-proxy.js': ['kept', /object/, 'disguise'],
  'throw-getter.js': ['trap', /./, 'trip'],
  'throw-circular.js': ['ring', /./, 'loop'],
  'error-cause.js': ['amount', /^12\.5$/, 'pay'],
  'error-aggregate.js': null,
  'rethrow.js': ['input', /not j/, 'parse'],
  'finally.js': ['job', /job-3/, 'work'],
  'prepare-stack-trace.js': ['degrees', /^101$/, 'boil'],
  'exit-listener.js': ['farewell', /code 0/],
  'before-exit.js': ['left', /unsaved/],
  'signal-listener.js': ['open', /db|Array\(2\)/],
  'exit-code-kept.js': ['room', /kitchen/, 'leave'],
  'monitor-own.js': ['floor', /wet/, 'slip'],
  'worker.js': ['path', /shard-12/, 'index'],
  'worker-message.js': ['brush', /brush for paint/],
  'worker-messages.js': ['limit', /^10$/, 'weigh'],
  'message-port.js': ['colour', /teal/],
  'message-once.js': ['stamp', /Turku, unpaid/, 'open'],
  'event-target.js': ['caller', /unknown/, 'answer'],
  'event-target-late.js': ['caller', /patient/, 'answer'],
  'event-target-two.js': ['caller', /first caller/],
  'event-target-wrong.js': ['missing', /the listener/, 'register'],
  'abort-signal.js': ['half', /done/],
  'module-timer.mjs': ['lamp', /green/],
  'module.mjs': ['period', /^-1$/, 'orbit'],
  'module-await.mjs': ['ticket', /t-88/],
  'deep-frames.js': ['mark', /level 40/, 'descend'],
};

/** Node from this version on catches the exception itself and emits it later as 'error'. */
const CAUGHT_SINCE = { 'stream-transform.js': 24 };

/** Crashes whose throw has no frame of the program, or was not seen by V8 as uncaught. */
const WITHOUT_LOCALS = {
  'error-event-late.js': 'ECONNREFUSED',
  'spawn-missing.js': 'ENOENT',
  'stream-destroy.js': 'pipe broke',
  'stack-overflow.js': 'Maximum call stack',
  'stack-overflow-context.js': 'Maximum call stack',
  'stack-overflow-deep-args.js': 'Maximum call stack',
  'stack-overflow-native.js': 'Maximum call stack',
  'stack-overflow-worker.js': 'Maximum call stack',
  'queue-microtask.js': 'last drop',
  'queue-microtask-later.js': 'wave 2',
  'event-target-once.js': 'unknown caller',
  'promise-then.js': 'choked on x!',
  'async-iterator.js': 'feed ended',
  'rejection.js': 'cannot charge 99 SEK',
  'rejection-later.js': 'unpaid r-42',
  'rejection-value.js': 'a plain text',
  'syntax-error.js': "Unexpected token ';'",
  'missing-module.js': 'no-such-module',
};

// An ES module is evaluated by an asynchronous function: its errors are rejections for Node.
const REJECTIONS = /^(promise-then|async-iterator|rejection.*)\.js$|^module(-await)?\.mjs$/;

/** All variables of a frame, innermost scope first. */
function variablesOf(frame) {
  return frame.scopes.flatMap((scope) => scope.variables);
}

/** What every crash file says, whatever happened. */
function checkBasics(crash, result) {
  assert.equal(crash.complete, true);
  assert.equal(crash.header.processId, result.pid);
  assert.equal(crash.header.nodejsVersion[0], 'v');
  assert.match(crash.fileName, /^crash\.\d{8}\.\d{6}\.\d+\.\d+\.\d{3}\.json$/);
  assert.ok(crash.fileName.includes(`.${result.pid}.${crash.header.threadId}.`));
  const order = Object.keys(crash).filter((key) => ['error', 'header', 'frames'].includes(key));
  assert.equal(order.length, 3);
  nothingHalfWritten(result);
  assert.equal(result.notices.length, 1, result.describe('one notice line'));
  assert.ok(result.notices[0].includes(crash.fileName), result.notices[0]);
  for (const [name, section] of Object.entries(crash)) {
    const failed =
      section && typeof section === 'object' && Object.keys(section).join() === 'error';
    const announced = failed && /by this version$/.test(section.error);
    assert.ok(!failed || announced, `section ${name}: ${failed && section.error}`);
  }
}

describe('crashes with locals', { concurrency: 2 }, () => {
  for (const [program, expected] of Object.entries(WITH_LOCALS)) {
    it(program, async () => {
      const { withAddon } = await runBoth(`crash/${program}`);
      const crash = withAddon.crash();
      checkBasics(crash, withAddon);
      const kind = REJECTIONS.test(program) ? 'unhandledRejection' : 'uncaughtException';
      assert.equal(crash.kind, kind);
      if (CAUGHT_SINCE[program] <= Number.parseInt(crash.header.nodejsVersion.slice(1), 10)) {
        assert.equal(crash.capture.mode, 'stack');
        return;
      }
      assert.equal(crash.capture.mode, 'throw', `reason: ${crash.capture.reason}`);
      assert.ok(crash.frames.length > 0, 'no frames');
      if (!expected) return;
      // V8 11 gives a static initialiser's frame no scopes.
      if (program === 'class-static.js' && crash.header.nodejsVersion.startsWith('v20')) return;

      const [name, text, functionName] = expected;
      const found = crash.frames.flatMap((frame) =>
        variablesOf(frame)
          .filter((variable) => variable.name === name)
          .map((variable) => ({ frame, variable })),
      );
      const seen = found.map(({ variable }) => variable.value.text);
      assert.ok(
        seen.some((one) => text.test(one)),
        `${name} is ${JSON.stringify(seen)} in ${crash.frames.map((frame) => frame.functionName)}`,
      );
      const { frame } = found.find(({ variable }) => text.test(variable.value.text));
      if (functionName) assert.match(frame.functionName, new RegExp(`${functionName}$`));
      // Code given to eval has no file.
      if (frame.url) assert.equal(frame.inApp, true);
      assert.ok(frame.line >= 1 && frame.column >= 1);
    });
  }
});

describe('crashes without locals', { concurrency: 2 }, () => {
  for (const [program, message] of Object.entries(WITHOUT_LOCALS)) {
    it(program, async () => {
      const { withAddon } = await runBoth(`crash/${program}`);
      const crash = withAddon.crash();
      checkBasics(crash, withAddon);
      const kind = REJECTIONS.test(program) ? 'unhandledRejection' : 'uncaughtException';
      assert.equal(crash.kind, kind);
      const said = crash.error.message ?? crash.error.thrownValue?.text;
      assert.ok(String(said).includes(message), JSON.stringify(crash.error));
      if (crash.capture.mode === 'stack' || crash.capture.mode === 'none') {
        assert.ok(crash.capture.reason, 'a reason');
      }
    });
  }

  for (const program of ['stack-overflow.js', 'stack-overflow-context.js']) {
    it(`${program}: frames from the stack`, async () => {
      const { withAddon } = await runBoth(`crash/${program}`);
      const { capture, frames } = withAddon.crash();
      assert.equal(capture.mode, 'stack');
      assert.match(frames[0].functionName, /sink|spiral|look/);
      assert.match(frames[0].url, /stack-overflow/);
    });
  }

  for (const [program, name] of [
    ['queue-microtask.js', 'drain'],
    ['event-target-once.js', 'answer'],
  ]) {
    it(`${program}: frames from the stack`, async () => {
      const { withAddon } = await runBoth(`crash/${program}`);
      const { capture, frames } = withAddon.crash();
      assert.equal(capture.mode, 'stack');
      assert.match(frames[0].functionName, new RegExp(`${name}$`));
      assert.ok(frames[0].line > 1);
    });
  }
});

describe('a worker nobody listens to', () => {
  it('leaves a file of its own, and one of the main thread that dies with it', async () => {
    const { withAddon } = await runBoth('crash/worker-unheard.js');
    const crashes = withAddon.crashes();
    const threads = crashes.map((crash) => crash.header.threadId).sort();
    assert.deepEqual(threads, [0, 1]);
    const ofWorker = crashes.find((crash) => crash.header.threadId === 1);
    const cargo = variablesOf(ofWorker.frames[0]).find((variable) => variable.name === 'cargo');
    assert.match(cargo.value.text, /coal/);
    nothingHalfWritten(withAddon);
  });
});
