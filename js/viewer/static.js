/** Files that ship with us or with a front end. */

const fs = require('node:fs');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.avif': 'image/avif',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
// DevTools and speedscope have styles and small scripts of their own in their pages.
const FRONT_END_POLICY =
  "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval'; " +
  "style-src 'self' 'unsafe-inline'; connect-src 'self' ws: data: blob:; frame-ancestors 'self'";

/**
 * @param {string | (() => string)} folder asked for when it is first needed
 * @returns {import('./routes').Answer}
 */
function staticFolder(folder) {
  return async ({ response }, name) => {
    const root = typeof folder === 'string' ? folder : folder();
    const file = path.join(root, path.normalize(`/${name}`));
    const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
    if (!fs.statSync(file).isFile()) throw Object.assign(new Error('no file'), { code: 'ENOENT' });
    if (typeof folder !== 'string') response.setHeader('Content-Security-Policy', FRONT_END_POLICY);
    response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'max-age=3600' });
    await pipeline(fs.createReadStream(file), response);
  };
}

module.exports = { staticFolder };
