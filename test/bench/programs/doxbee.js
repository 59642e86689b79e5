'use strict';

// The shape of the promise libraries' classic benchmark "doxbee": an upload is a dozen steps, each waiting for the
// one before, and many uploads are under way at once.
const { ask } = require('./fake-io');
const { WARM_UP_MS, measureWhenAsked, rate } = require('./measuring');

const UPLOADS = 250;
const SLICE_MS = 80;

/** @param {number} id */
async function upload(id) {
  const blob = await ask({ key: `blob-${id}`, size: id });
  const transaction = await ask({ id, open: true });
  try {
    const account = await ask({ id: id % 10, name: 'account' });
    const folder = await ask({ id: account.id, files: id });
    const file = await ask({ id, folder: folder.id, version: 0 });
    const version = await ask({ file: file.id, blob: blob.key, number: file.version + 1 });
    await ask({ ...version, hash: version.number * 31 });
    await ask({ ...file, version: version.number });
    if (folder.files % 2 === 0) await ask({ ...folder, files: folder.files + 1 });
    const committed = await ask({ ...transaction, open: false });
    return committed.open ? 0 : version.number;
  } catch (error) {
    await ask({ ...transaction, failed: true });
    throw error;
  }
}

async function uploads() {
  const versions = await Promise.all(Array.from({ length: UPLOADS }, (_, id) => upload(id)));
  if (versions.some((version) => version !== 1)) throw new Error('an upload went wrong');
}

const measure = async (/** @type {number} */ forMs) => ({
  uploadsPerSecond: (await rate(uploads, forMs)) * UPLOADS,
});
measureWhenAsked(measure, WARM_UP_MS, SLICE_MS);
