'use strict';

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const {
  configureRedaction,
  findSecrets,
  redactArguments,
  redactText,
  redactedJson,
  redactedRecord,
  redactionSection,
} = require('../../../js/crash/redact.js');

configureRedaction({ redact: true, redactNames: ['Berry'] });

// Made of parts: this file is to be free of what looks like a secret.
const made = (/** @type {string[]} */ ...parts) => parts.join('');
const JWT = made('eyJ', 'hbGciOiJIUzI1NiJ9.', 'eyJzdWIiOiIxMjM0In0.', 'c2lnbmVkLWJ5LW1l');
const PEM = made(
  '-----BEGIN RSA PRIV',
  'ATE KEY-----\nMIIEab+/=\nx9\n-----END RSA PRIV',
  'ATE KEY-----',
);

/** @type {[string, string][]} what is read and what is left */
const SECRETS = [
  [`jwt ${JWT} end`, 'jwt [redacted] end'],
  [`${JWT.slice(0, 40)}…${JWT.slice(-5)} end`, '[redacted] end'],
  [`${PEM}\nrest`, '[redacted]\nrest'],
  [PEM.replaceAll('\n', '\\n'), '[redacted]'],
  [PEM.slice(0, 45), '[redacted]'],
  [made('AKIA', 'IOSFODNN7EXAMPLE'), '[redacted]'],
  [made('AIza', 'SyA1234567890abcdefghijklmnopqrstuv'), '[redacted]'],
  [made('ghp', '_0123456789abcdefghijABCDEFGHIJ012345'), '[redacted]'],
  [made('github', '_pat_11AAAAAAA0123456789_abcdefghijkl'), '[redacted]'],
  [made('xoxb', '-123456789012-abcdefABCDEF'), '[redacted]'],
  [made('sk', '_live_0123456789abcdefABCDEF'), '[redacted]'],
  [`Authorization: Bearer ${made('abc.', 'def1')}`, 'Authorization: Bearer [redacted]'],
  [`basic ${Buffer.from('ada:love').toString('base64')}`, 'basic [redacted]'],
  ['postgres://app:hunter2@db:5432/x', 'postgres://app:[redacted]@db:5432/x'],
  ['redis://:hunter2@cache', 'redis://:[redacted]@cache'],
  ['Server=db;Password=hunter2;Database=x', 'Server=db;Password=[redacted];Database=x'],
  ['{"apiKey":"abc123"}', '{"apiKey":"[redacted]"}'],
  ['{\\"api_key\\":\\"abc123\\"}', '{\\"api_key\\":\\"[redacted]\\"}'],
  ["no such user: token='abc'", "no such user: token='[redacted]'"],
  ['https://h/x?X-Access-Token=abc&b=2', 'https://h/x?X-Access-Token=[redacted]&b=2'],
  ['card 4111 1111 1111 1111.', 'card [redacted].'],
  ['berry=blue', 'berry=[redacted]'],
  ['{:password=>"hunter2"}', '{:password=>"[redacted]"}'],
  ['password=>hunter2', 'password=[redacted]'],
  ["['password' => 'hunter2']", "['password' => '[redacted]']"],
];

const HARMLESS = [
  '4111111111111112',
  '1795618472489123',
  'Unexpected token } in JSON at position 5',
  'Unexpected token: x',
  'the secret is out',
  'basic functionality',
  'bearer certificates',
  'https://example.com:8080/x?a=b@c',
  'at file:///app/a.js:10:5',
  'password=[redacted]',
  'key=value',
  'a=1, b="2"',
];

describe('a secret', () => {
  for (const [text, left] of SECRETS) {
    it(`is cut: ${left}`, () => {
      assert.equal(redactText(text), left);
      assert.equal(redactText(left), left, 'twice is not the same as once');
    });
  }

  it('is not seen in what is none', () => {
    for (const text of HARMLESS) assert.equal(redactText(text), text);
  });

  it('is cut in any string of a document, and counted', () => {
    const before = redactionSection().count;
    const document = { list: [{ deep: `x ${JWT}` }], number: 4111111111111111 };
    assert.deepEqual(JSON.parse(redactedJson(document)), {
      list: [{ deep: 'x [redacted]' }],
      number: 4111111111111111,
    });
    const { count, rules } = redactionSection();
    assert.equal(count, before + 1);
    assert.ok(rules.includes('jwt'));
  });

  it('is cut in what is JSON text already, as in what it was made of', () => {
    const told = made('told by ', '"its" name');
    redactedJson({ password: told });
    const texts = [...SECRETS.map(([text]) => text), ...HARMLESS, `so ${told}.`];
    const objects = texts.map((value) => ({ result: [{ name: 'text', value: { value } }] }));
    const record = { ...objects.map((one) => JSON.stringify(one)) };
    assert.equal(redactedRecord(record), redactedJson({ ...objects }));
  });

  it("is no id of the protocol's, which is by chance what a card's number may be", () => {
    const id = '-4111111111111111003.1.0';
    assert.notEqual(redactText(id), id);
    const document = { callFrames: [{ callFrameId: id, this: { objectId: id } }] };
    assert.deepEqual(JSON.parse(redactedJson(document)), document);
    assert.deepEqual(findSecrets(document), []);
  });

  it('is cut in a command line', () => {
    const words = ['node', 'app.js', '--token', 'abc', '--api-key=abc', '--verbose', JWT];
    const left = ['node', 'app.js', '--token', '[redacted]', '--api-key=[redacted]', '--verbose'];
    assert.deepEqual(redactArguments(words), [...left, '[redacted]']);
  });

  it('makes no text slow to read', () => {
    const parts = ['a', 'a:', 'x://', '-----BEGIN PRIVATE KEY', 'password="', 'eyJaaaaaa.', '1 '];
    const more = ['token=', '\\', 'token"', 'bearer ', 'AKIA', 'a.', '://a:', 'sk-'];
    for (const part of [...parts, ...more]) {
      const timeOf = (/** @type {number} */ length) => {
        const text = part.repeat(length / part.length);
        const times = [1, 2, 3].map(() => {
          const start = performance.now();
          redactText(text);
          return performance.now() - start;
        });
        return Math.min(...times);
      };
      // Ten times the text: a pattern that backtracks takes a hundred times as long.
      const [short, long] = [timeOf(20000), timeOf(200000)];
      assert.ok(long < 40 * Math.max(short, 2), `${part}: ${short} ms, ${long} ms`);
    }
  });
});
