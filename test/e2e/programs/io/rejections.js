'use strict';

// rejections.js WHAT: ends of failed operations that nobody handles, and failures that somebody does.

const childProcess = require('node:child_process');
const dns = require('node:dns');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');

const MISSING = '/nowhere/at/all';

/** @type {Record<string, () => void>} */
const ways = {
  promise: () => void fs.promises.readFile(MISSING),
  handle: async () => {
    const handle = await fs.promises.open('/dev/null');
    handle.read(Buffer.alloc(1), 5, 5);
  },
  sync: () => void fs.readFileSync(MISSING),
  argument: () => void fs.readFile(MISSING),
  callback: () => fs.readFile(MISSING, 'utf8', (error) => failIf(error)),
  look: () => void dns.promises.resolve4('name.test', 'wrong'),
  lookup: () => dns.lookup(1, () => {}),
  connect: () => net.connect({ port: 1e6 }),
  refused: () => void net.connect(1, '127.0.0.1'),
  request: () => http.get('http://127.0.0.1:1/'),
  fetched: () => void fetch('http://127.0.0.1:1/'),
  spawned: () => void childProcess.spawn(MISSING),
  failed() {
    try {
      childProcess.execFileSync('sh', ['-c', 'exit 3']);
    } catch (error) {
      // Another one each time.
      delete error.pid;
      throw error;
    }
  },
  /** One after another: threads of the pool end in any order. */
  async handled() {
    try {
      fs.readFileSync(MISSING);
    } catch ({ code }) {
      console.log('sync', code);
    }
    await fs.promises.readFile(MISSING).catch(({ code }) => console.log('promise', code));
    process.on('unhandledRejection', (error) => console.log('late', error?.code));
    fs.readFile(MISSING, (error) => {
      console.log('callback', error?.code);
      fs.promises.stat(MISSING);
    });
  },
};

function failIf(error) {
  if (error) throw error;
}

module.exports = { ways: Object.keys(ways) };

if (require.main === module) ways[process.argv[2]]();
