'use strict';

// Has a rejection captured, and then asks a debugger of its own for the hash of this file.

const { createHash } = require('node:crypto');
const fs = require('node:fs');

async function rejects() {
  throw new Error('handled');
}

rejects().catch(() => {
  const session = new (require('node:inspector').Session)();
  session.connect();
  session.on('Debugger.scriptParsed', ({ params: { url, hash } }) => {
    if (!url.endsWith('own-hashes.js')) return;
    const own = createHash('sha256').update(fs.readFileSync(__filename)).digest('hex');
    console.log(hash === own ? 'right' : hash);
  });
  session.post('Debugger.enable');
  session.disconnect();
});
