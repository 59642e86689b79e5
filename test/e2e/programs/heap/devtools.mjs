// What Chrome DevTools' own heap worker, the one that `loopdet serve` has, says of two snapshots, as JSON.
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

const [root, ...files] = process.argv.slice(2);
const worker = path.join(
  root,
  'dist/third-party/front_end/entrypoints/heap_snapshot_worker/heap_snapshot_worker.js',
);
const { HeapSnapshot, HeapSnapshotLoader } = await import(pathToFileURL(worker));

async function load(file) {
  const loader = new HeapSnapshotLoader.HeapSnapshotLoader({ sendEvent() {} });
  const text = fs.readFileSync(file, 'utf8');
  for (let at = 0; at < text.length; at += 1 << 20) {
    loader.write(text.slice(at, at + (1 << 20)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  loader.close();
  const { port1, port2 } = new MessageChannel();
  new HeapSnapshot.SecondaryInitManager(port2);
  return loader.buildSnapshot(port1);
}

const [before, after] = await Promise.all(files.map(load));
const classes = after.aggregatesWithFilter({});
const node = after.createNode(0);
const nodes = [];
for (let at = 0; at < after.nodes.length; at += after.nodeFieldCount) {
  node.nodeIndex = at;
  if (node.selfSize() === 0) continue;
  nodes.push([node.id(), node.selfSize(), node.retainedSize(), node.distance(), node.name()]);
}
const difference = after.calculateSnapshotDiff(
  before.uid,
  before.aggregatesForDiff(after.interfaceDefinitions()),
);
fs.writeFileSync(
  'devtools.json',
  JSON.stringify({
    total: after.totalSize,
    statistics: after.getStatistics(),
    classes: Object.entries(classes).map(([key, { count, self, maxRet, distance }]) => [
      key,
      count,
      self,
      maxRet,
      distance,
    ]),
    nodes,
    difference: Object.entries(difference).map(([key, one]) => [
      key,
      one.addedCount,
      one.removedCount,
      one.addedSize,
      one.removedSize,
    ]),
  }),
);
process.exit();
