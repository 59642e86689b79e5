'use strict';

// Programs that end with an error which Node prints: node ends.js NAME PORT, where nobody listens on PORT.

const childProcess = require('node:child_process');
const dns = require('node:dns');
const fs = require('node:fs');
const http = require('node:http');
const net = require('node:net');

const MISSING = '/nowhere/at/all';
const port = Number(process.argv[3]);

function fail(what) {
  const wanted = { what, number: 1017 };
  throw new RangeError(`${wanted.what} has no number`);
}

const programs = {
  'readFileSync, uncaught': () => fs.readFileSync(MISSING),
  'readFileSync as text, uncaught': () => fs.readFileSync(MISSING, 'utf8'),
  'openSync, uncaught': () => fs.openSync(MISSING),
  'statSync in a timer': () => setTimeout(() => fs.statSync(MISSING), 1),
  'readdirSync in a function of an array': () => [MISSING].map((name) => fs.readdirSync(name)),
  'realpathSync.native': () => fs.realpathSync.native(MISSING),
  'execSync that fails': () => {
    try {
      childProcess.execSync('exit 3');
    } catch (error) {
      // Another one in every run.
      delete error.pid;
      throw error;
    }
  },
  'execFileSync of nothing': () => childProcess.execFileSync('no-such-program'),
  'fs.readFile callback': () => fs.readFile(__filename, () => fail('file')),
  'fs.stat callback': () => fs.stat(MISSING, (error) => fail(error.code)),
  'fs.stat callback that throws its error': () =>
    fs.stat(MISSING, (error) => {
      throw error;
    }),
  'fs.exists callback': () => fs.exists(__filename, () => fail('file')),
  'dns.lookup callback': () => dns.lookup('localhost', () => fail('name')),
  'dns.lookup callback, of an address': () => dns.lookup('127.0.0.1', () => fail('address')),
  'child exit': () => childProcess.spawn('true').on('exit', () => fail('child')),
  'child exec callback': () => {
    // Whether the exit or the end of the output comes last is a race of Node's own.
    Error.stackTraceLimit = 3;
    childProcess.exec('true', () => fail('child'));
  },
  'spawn of nothing': () => childProcess.spawn('no-such-program'),
  'connect callback': () => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      net.connect(server.address().port, '127.0.0.1', () => fail('socket'));
    });
  },
  'connect to nobody': () => net.connect(port, '127.0.0.1'),
  'http response': () => {
    const server = http.createServer((_request, response) => response.end('text'));
    server.listen(0, '127.0.0.1', () => {
      http.get({ port: server.address().port, host: '127.0.0.1' }, () => fail('response'));
    });
  },
  'http request handler': () => {
    const server = http.createServer(() => fail('request'));
    server.listen(0, '127.0.0.1', () => {
      http.get({ port: server.address().port, host: '127.0.0.1' });
    });
  },
  'http to nobody': () => http.get({ port, host: '127.0.0.1' }),
  'fs.promises.readFile, unhandled': () => void fs.promises.readFile(MISSING),
  'fs.promises.stat, unhandled, awaited': async () => {
    await fs.promises.stat(MISSING);
  },
  'fs.promises.open, nested': () => {
    const outer = async () => await inner();
    const inner = async () => {
      await null;
      return await fs.promises.open(MISSING);
    };
    outer();
  },
  'fs.promises.readFile, caught and printed': async () => {
    try {
      await fs.promises.readFile(MISSING);
    } catch (error) {
      console.error(error);
      console.error(error.stack);
    }
  },
  'fs.promises, a bad argument': () => void fs.promises.readFile(123n),
  'FileHandle.read, a bad argument': async () => {
    const file = await fs.promises.open(__filename);
    try {
      await file.read(Buffer.alloc(1), 5, 5);
    } finally {
      await file.close();
    }
  },
  'dns.promises.lookup, unhandled': () => void dns.promises.lookup('name.invalid', { family: 9 }),
  'dns.promises.lookup of a name nobody has': () => void dns.promises.lookup('name.invalid'),
  'fetch from nobody, unhandled': () => void fetch(`http://127.0.0.1:${port}/path`),
  'fetch from nobody, awaited': async () => {
    await fetch(`http://127.0.0.1:${port}/path`);
  },
  'fetch()': () => void fetch(),
  'fetch of no URL': () => void fetch('no url'),
  'fs.readFile(123n)': () => fs.readFile(123n, () => {}),
  'fs.readFile() without callback': () => fs.readFile(__filename),
  'fs.readFile() with nothing': () => fs.readFile(),
  'fs.read of no descriptor': () => fs.read('text', () => {}),
  'fs.exists without callback': () => fs.exists(__filename),
  'fs.writeFileSync of a number': () => fs.writeFileSync('/nowhere', 5),
  'net.connect(-1)': () => net.connect(-1),
  'net.connect()': () => net.connect(),
  'dns.lookup(1)': () => dns.lookup(1, () => {}),
  'dns.lookup without callback': () => dns.lookup('localhost'),
  'dns.resolve4()': () => dns.resolve4(),
  'spawn()': () => childProcess.spawn(),
  'execSync()': () => childProcess.execSync(),
  'exec with a bad callback': () => childProcess.execFile('true', [], {}, 5),
  'require of a missing file': () => require('./fixtures/not-there.js'),
  'require of a missing file, nested': () => require('./fixtures/needs-missing.js'),
  'require of a missing package': () => require('no-such-package-anywhere'),
  'require of a missing module of Node': () => require('node:no-such-module'),
  'require()': () => require(),
  'require of a file with an error': () => require('./fixtures/syntax-error.broken'),
  'require of a file with an error, printed': () => {
    try {
      require('./fixtures/syntax-error.broken');
    } catch (error) {
      console.error(error);
    }
  },
  'import of a missing file': () => void import('./fixtures/not-there.mjs'),
  'a long stack': () => {
    Error.stackTraceLimit = 100;
    fs.readFile(__filename, () => setImmediate(() => fs.accessSync(MISSING)));
  },
  'a stack of its own format': () => {
    Error.prepareStackTrace = (error, sites) =>
      `${error}\n${sites.map((site) => `${site.getFunctionName()} ${site.getLineNumber()} ${site.isAsync()}`).join('\n')}`;
    fs.stat(__filename, () => fs.accessSync(MISSING));
  },
};

if (process.argv[2] === 'names') console.log(JSON.stringify(Object.keys(programs)));
else programs[process.argv[2]]();
