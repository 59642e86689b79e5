'use strict';

// sixty-secrets.js ...: plants secrets in twenty places, prints them, and crashes. Its last arguments are secrets too.

const { randomBytes } = require('node:crypto');
const http = require('node:http');
const { setTimeout: later } = require('node:timers/promises');

const PORT = process.argv[2];
const random = (length) => randomBytes(length).toString('hex');
// In another form, because the program's own list would be in the file too.
const planted = [];
const plant = (text) => planted.push(Buffer.from(text).toString('base64'));
for (const word of [
  ...process.argv.slice(3),
  process.env.SHOP_DATABASE,
  process.env.SHOP_API_TOKEN,
])
  if (word !== '--token') plant(plain(word));

/** What of a text is the secret itself. */
function plain(text) {
  return /[=:]([0-9a-f]{20,})(?:@|$)/.exec(text)?.[1] ?? text;
}

/** A secret of the next kind. */
const KINDS = [
  (text) => `eyJ${text}.eyJ${text}x.${text}`,
  (text) => `AKIA${text.slice(0, 16).toUpperCase()}`,
  (text) => `ghp_${text}`,
  (text) => `xoxb-${text}`,
  (text) => `Bearer ${text}`,
  (text) => `postgres://shop:${text}@db/main`,
  (text) => `-----BEGIN PRIVATE KEY-----\n${text}\n-----END PRIVATE KEY-----`,
  (text) => `AIza${text.padEnd(35, 'x').slice(0, 35)}`,
];
let made = 0;
function secret() {
  const text = random(20);
  const whole = KINDS[made++ % KINDS.length](text);
  plant(whole.includes(text) ? text : whole.slice(4));
  return whole;
}

/** One that only its name tells. */
function unmarked() {
  const text = random(20);
  plant(text);
  return text;
}

class Account {
  #pin = unmarked();
  #note = `the key is ${secret()}`;
  constructor() {
    this.credentials = { user: 'ada', key: unmarked() };
    this.notes = [secret(), { deep: { deeper: secret() } }];
  }
  check(session, map, set) {
    const password = unmarked();
    const long = `${'x'.repeat(300)} ${secret()} ${'y'.repeat(300)}`;
    const symbol = Symbol(secret());
    const list = [secret(), secret(), secret()];
    const nested = JSON.stringify({ access_token: unmarked(), more: [secret()] });
    const bound = new Map([[secret(), secret()]]);
    const cause = Object.assign(new TypeError(`cause ${secret()}`), { apiKey: unmarked() });
    const others = [new Error(`first ${secret()}`), new Error(`second ${secret()}`)];
    const error = new AggregateError(others, `refused ${secret()}`, { cause });
    error.code = secret();
    error.request = { headers: { authorization: `Bearer ${unmarked()}`, cookie: unmarked() } };
    error.detail = `failed for password=${unmarked()}`;
    error.all = [password, long, symbol, list, nested, bound, session, map, set, this.#pin];
    error.note = this.#note;
    console.log(JSON.stringify(planted));
    throw error;
  }
}

async function main() {
  // One operation that has ended, and one under way.
  const path = () => `/reset/${secret().split('\n')[0].replaceAll(' ', '-')}?token=${unmarked()}`;
  const ask = (address) => http.get({ host: '127.0.0.1', port: PORT, path: address, agent: false });
  made = 0;
  const ended = ask(path());
  ended.on('error', () => {});
  await later(50);
  ended.destroy();
  made = 1;
  ask(path()).on('error', () => {});
  await later(50);
  require('loopdet-addon/api').note('session', { token: unmarked(), seen: secret() });
  made = 0;
  const session = {
    id: 7,
    sessionId: unmarked(),
    jwt: secret(),
    previous: [{ password: unmarked() }],
  };
  const map = new Map([
    ['token', unmarked()],
    ['plain', secret()],
    ['deep', { secret: unmarked() }],
  ]);
  const set = new Set([secret(), { passphrase: unmarked() }]);
  setTimeout(() => new Account().check(session, map, set));
}

main();
