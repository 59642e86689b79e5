const { DirectoryStore } = require('../../viewer/stores/directory');
const { defaultDirectory } = require('../environment');

const DEFAULT_PORT = 9329;

/** @param {string} given */
function portOf(given) {
  const port = Number(given);
  if (/^\d+$/.test(given) && port <= 65_535) return port;
  throw new Error(`--port takes a number from 0 (any that is free) to 65535, not ${given}`);
}

/** @param {import('../../viewer/server').ServeOptions} options @param {boolean} isFixed the port was asked for */
async function serveSomewhere(options, isFixed) {
  const { serve } = require('../../viewer/server');
  try {
    return await serve(options);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'EADDRINUSE' && !isFixed) return serve({ ...options, port: 0 });
    if (code === 'EADDRINUSE') {
      throw new Error(`port ${options.port} is in use: name another, or --port 0 for any`);
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new Error(`cannot listen on ${options.host}, port ${options.port} (${code})`);
    }
    throw error;
  }
}

/** @param {string} place @param {string | undefined} url @returns {import('../../viewer/stores/directory').Store} */
function storeOf(place, url) {
  if (url === undefined) return new DirectoryStore(place);
  const { BucketStore } = require('../../viewer/stores/bucket');
  return new BucketStore(url);
}

/** @returns {Promise<void>} when somebody wants the server to end */
function interrupted() {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => resolve());
  });
}

/** @type {import('./index').Command} */
module.exports = {
  name: 'serve',
  usage: '[place]',
  summary: 'a web page of the files in a directory, or of one; each crash opens in Chrome DevTools',
  options: [
    [
      '--port <number>',
      `to listen on; 0 for any (default: ${DEFAULT_PORT}, or any if it is in use)`,
    ],
    ['--url <address>', 'serve a bucket: s3://bucket/folder?endpoint=https://host&region=name'],
    ['--host <address>', 'to listen on, for other machines too: the printed address has a token'],
  ],
  examples: [
    'loopdet serve',
    'loopdet serve /var/loopdet --port 8080',
    "loopdet serve --url 's3://crashes/shop?endpoint=https://s3.example.com'",
  ],
  async run({ args: [place], options, print, paper }) {
    if (place !== undefined && options.url !== undefined) {
      throw new Error('name a directory or --url, not both');
    }
    const port = options.port === undefined ? DEFAULT_PORT : portOf(options.port);
    const host = options.host ?? '127.0.0.1';
    const store = storeOf(place ?? defaultDirectory(), options.url);
    const viewer = await serveSomewhere({ store, host, port }, options.port !== undefined);
    const { host: address } = new URL(viewer.url);
    print(`${paper.style.bold(viewer.url)}\n`);
    if (viewer.token === null) print(`node inspect ${address} opens the newest crash\n`);
    await interrupted();
    await viewer.close();
    return 0;
  },
};
