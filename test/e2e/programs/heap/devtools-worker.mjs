// Chrome DevTools' own heap worker, the one that `loopdet serve` has, in Node.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { MessageChannel } from 'node:worker_threads';

// A browser has these.
globalThis.self ??= globalThis;
globalThis.location ??= { href: 'http://localhost/', search: '' };
Promise.withResolvers ??= () => {
  let settle;
  const promise = new Promise((resolve, reject) => {
    settle = { resolve, reject };
  });
  return { promise, ...settle };
};

const CHUNK_BYTES = 1 << 20;

/** @param {string} frontEnd its package's folder @param {string} file @returns {Promise<any>} its JSHeapSnapshot */
export async function load(frontEnd, file) {
  const worker = path.join(
    frontEnd,
    'dist/third-party/front_end/entrypoints/heap_snapshot_worker/heap_snapshot_worker.js',
  );
  const { HeapSnapshot, HeapSnapshotLoader } = await import(pathToFileURL(worker).href);
  const loader = new HeapSnapshotLoader.HeapSnapshotLoader({ sendEvent() {} });
  const descriptor = fs.openSync(file);
  const buffer = Buffer.alloc(CHUNK_BYTES);
  for (;;) {
    const got = fs.readSync(descriptor, buffer);
    if (got === 0) break;
    // V8 writes nothing but ASCII.
    loader.write(buffer.toString('latin1', 0, got));
    await new Promise((resolve) => setImmediate(resolve));
  }
  fs.closeSync(descriptor);
  loader.close();
  const { port1, port2 } = new MessageChannel();
  new HeapSnapshot.SecondaryInitManager(port2);
  return loader.buildSnapshot(port1);
}
