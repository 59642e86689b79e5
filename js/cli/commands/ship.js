const { Bucket } = require('../../bucket/client');
const { ship } = require('../../bucket/ship');
const { DirectoryStore } = require('../../viewer/stores/directory');
const { defaultDirectory } = require('../environment');
const { withProgress } = require('../progress');
const format = require('../render/format');
const { toJson } = require('../render/json');
const { printable } = require('../render/text');

/** @typedef {import('../../bucket/ship').Shipped} Shipped */

/** @param {Shipped} shipped */
function lineOf({ name, bytes, key, error }) {
  return error === undefined
    ? `sent ${printable(name)} (${format.bytes(bytes)}) as ${printable(key)}\n`
    : `NOT sent ${printable(name)}: ${printable(error)}\n`;
}

/** Ends never: what arrives is sent. @param {string} directory @param {() => Promise<void>} shipAll */
async function keepShipping(directory, shipAll) {
  for (;;) {
    const store = new DirectoryStore(directory);
    const changed = new Promise((resolve) => store.watch(() => resolve(undefined)));
    await shipAll();
    await changed;
    store.close();
  }
}

/** @type {import('./index').Command} */
module.exports = {
  name: 'ship',
  usage: '[dir]',
  summary: 'copy finished files into an S3-compatible bucket, each once',
  options: [
    ['--to <address>', 's3://bucket/folder?endpoint=https://host&region=name'],
    ['--watch', 'go on, and send what is written from now on too'],
    ['--json', 'print what became of each file as one JSON document'],
  ],
  examples: ["loopdet ship --watch --to 's3://crashes/shop?endpoint=https://s3.example.com'"],
  async run({ args: [directory = defaultDirectory()], options, print }) {
    if (options.to === undefined) {
      throw new Error('--to says where: s3://bucket/folder?endpoint=https://host&region=name');
    }
    if (options.watch && options.json)
      throw new Error('--watch never ends: --json prints at the end');
    const bucket = new Bucket(options.to);
    /** @type {Shipped[]} */
    const all = [];
    let around = (/** @type {() => void} */ write) => write();
    const tell = (/** @type {Shipped} */ one) => {
      all.push(one);
      if (!options.json) around(() => print(lineOf(one)));
    };
    const shipAll = () => ship(directory, bucket, tell);
    if (options.watch) {
      // The watch keeps no process running.
      setInterval(() => {}, 2 ** 30);
      await keepShipping(directory, shipAll);
    }
    await withProgress('sending', async (progress) => {
      around = (write) => progress.around(write);
      await shipAll();
    });
    if (options.json) print(toJson(all));
    else if (all.length === 0) print('nothing new to send\n');
    bucket.close();
    return all.some(({ error }) => error !== undefined) ? 1 : 0;
  },
};
