// What Chrome DevTools' own heap worker says of two snapshots, as JSON.
import fs from 'node:fs';
import { load } from './devtools-worker.mjs';

const [frontEnd, ...files] = process.argv.slice(2);
const [before, after] = await Promise.all(files.map((file) => load(frontEnd, file)));
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
