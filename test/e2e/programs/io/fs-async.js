'use strict';

// fs-async.js DIRECTORY MODE: callbacks, promises and streams on FIFOs that another process opens late.

const { once } = require('node:events');
const fs = require('node:fs');
const promises = require('node:fs/promises');
const { promisify } = require('node:util');
const { opensLate, readsLate, writesLate } = require('./fifo.js');
const { measure, report } = require('./measure.js');

const wanted = (method, target, more = {}) => ({ kind: 'fs', method, target, ...more });

/** Calls a function of the callback kind. */
const called = (name, ...given) =>
  new Promise((resolve, reject) => {
    fs[name](...given, (error, found) => (error ? reject(error) : resolve(found)));
  });

/** Reading by callback. */
async function callbacks() {
  let file = readsLate();
  await measure(wanted('readFile', file), function callback() {
    return called('readFile', file);
  });
  file = opensLate();
  await measure(wanted('readFile', file), function opened() {
    return called('readFile', file, 'utf8');
  });
  file = opensLate();
  const descriptor = await measure(wanted('open', file), function openedOnly() {
    return called('open', file, 'r');
  });
  fs.closeSync(descriptor);
  file = readsLate();
  await measure(wanted('readFile', file), function promisified() {
    return promisify(fs.readFile)(file);
  });
  const [one, two] = [readsLate(), readsLate()];
  await Promise.all([
    measure(wanted('readFile', one), function first() {
      return called('readFile', one);
    }),
    measure(wanted('readFile', two), function byUrl() {
      return called('readFile', new URL(`file://${two}`));
    }),
  ]);
  // None of these takes long.
  await called('stat', __filename);
  await called('readFile', '/nowhere/at/all').catch(() => {});
}

/** Writing by callback: Node does it through other functions of fs. */
async function writing() {
  let file = writesLate();
  await measure(wanted('writeFile', file), function written() {
    return called('writeFile', file, 'some');
  });
  file = writesLate();
  await measure(wanted('appendFile', file), function appended() {
    return called('appendFile', file, 'some');
  });
}

async function byPromise() {
  let file = readsLate();
  await measure(wanted('readFile', file), function promise() {
    return promises.readFile(file);
  });
  file = readsLate();
  const { signal } = new AbortController();
  await measure(wanted('readFile', file), function withSignal() {
    return promises.readFile(file, { signal });
  });
  file = writesLate();
  await measure(wanted('appendFile', file), function promisedAppend() {
    return fs.promises.appendFile(file, 'some');
  });
  file = writesLate();
  await measure(wanted('writeFile', file), function promisedWrite() {
    return fs.promises.writeFile(file, 'some');
  });
  const [one, two] = [readsLate(), readsLate()];
  await Promise.all([
    measure(wanted('readFile', one), function first() {
      return promises.readFile(one);
    }),
    measure(wanted('readFile', two), function second() {
      return promises.readFile(Buffer.from(two));
    }),
  ]);
  // None of these takes long.
  await promises.readFile(__filename);
  await promises.readFile('/nowhere/at/all').catch(() => {});
}

async function handles() {
  let handle = await promises.open(readsLate());
  await measure(wanted('read', `fd ${handle.fd}`), function ofAHandle() {
    return handle.read(Buffer.alloc(10));
  });
  await handle.close();
  handle = await promises.open(readsLate());
  await measure(wanted('readFile', `fd ${handle.fd}`), function wholeOfAHandle() {
    return handle.readFile('utf8');
  });
  await handle.close();
}

/** Streams: Node opens and reads by itself. */
async function streams() {
  const late = opensLate();
  const opening = fs.createReadStream(late);
  const opened = once(opening, 'open');
  await measure({ ...wanted('open', late), anyStack: true }, () => opened);
  opening.resume();
  await once(opening, 'close');

  const slow = readsLate();
  const reading = fs.createReadStream(slow);
  await once(reading, 'open');
  const target = `fd ${reading.fd}`;
  await measure({ ...wanted('read', target), anyStack: true }, () => once(reading, 'data'));
  reading.resume();
  await once(reading, 'close');
}

const modes = { callbacks, writing, byPromise, handles, streams };
modes[process.argv[3]]().then(() => report());
