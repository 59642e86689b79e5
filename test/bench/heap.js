'use strict';

// `loopdet heap summary` beside Chrome DevTools' own heap worker (the one that `loopdet serve` has) and memlab, on the same
// snapshots. Each run is a process of its own; they take turns.

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');

const { ensurePackages } = require('../packages.js');

const ROOT = path.join(__dirname, '..', '..');
const PEERS = path.join(__dirname, 'peers');
const FRONT_END = path.join(ROOT, 'node_modules/@react-native/debugger-frontend');
const LIMIT_MS = 600_000;

/** TABLE of what is measured; each prints its own largest resident size in kB at its end. @type {Record<string, string>} */
const ARMS = {
  loopdet: `
    const { openHeapSnapshot } = require(${JSON.stringify(path.join(ROOT, 'js/heap/index.js'))});
    openHeapSnapshot(process.argv[1]).then(async (heap) => {
      const { totalSize } = await heap.summary();
      const classes = await heap.classes();
      console.log(totalSize, classes.length, process.resourceUsage().maxRSS);
    });`,
  'loopdet, strings too': `
    const { openHeapSnapshot } = require(${JSON.stringify(path.join(ROOT, 'js/heap/index.js'))});
    openHeapSnapshot(process.argv[1]).then(async (heap) => {
      await heap.strings();
      console.log(0, 0, process.resourceUsage().maxRSS);
    });`,
  'loopdet, difference of two': `
    const { openHeapSnapshot } = require(${JSON.stringify(path.join(ROOT, 'js/heap/index.js'))});
    (async () => {
      const before = await openHeapSnapshot(process.argv[1]);
      const after = await openHeapSnapshot(process.argv[2]);
      await before.compare(after);
      console.log(0, 0, process.resourceUsage().maxRSS);
    })();`,
  memlab: `
    const { ObjectSizeAnalysis } = require(${JSON.stringify(path.join(PEERS, 'node_modules/@memlab/heap-analysis'))});
    new ObjectSizeAnalysis().analyzeSnapshotFromFile(process.argv[1]).then(() => {
      console.log('\\n0', 0, process.resourceUsage().maxRSS);
      process.exit();
    });`,
  'Chrome DevTools': `
    import { load } from ${JSON.stringify(path.join(ROOT, 'test/e2e/programs/heap/devtools-worker.mjs'))};
    const heap = await load(${JSON.stringify(FRONT_END)}, process.argv[1]);
    const classes = heap.aggregatesWithFilter({});
    console.log(heap.totalSize, Object.keys(classes).length, process.resourceUsage().maxRSS);
    process.exit();`,
};

const HELP = `node test/bench/heap.js [options]
  --accounts N,...  how many accounts the program of the snapshots keeps (200000,1000000)
  --rounds N        (3)
  --only ARM,...    only these: ${Object.keys(ARMS).join('; ')}
  --report          write test/bench/HEAP.md when done
`;

/** @param {string} arm @param {string} file @param {string} later a second snapshot of the same program */
function measure(arm, file, later) {
  const began = process.hrtime.bigint();
  const words = ['--max-old-space-size=12000', '-e', ARMS[arm], file, later];
  if (arm === 'Chrome DevTools') words.unshift('--input-type=module');
  const done = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: LIMIT_MS });
  if (done.status !== 0) throw new Error(`${arm}: ${done.stderr.slice(-500)}`);
  const last = String(done.stdout.trim().split('\n').at(-1));
  const [total, classes, kilobytes] = last.split(' ').map(Number);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  return { seconds, megabytes: kilobytes / 1024, total, classes };
}

/** @param {number[]} list */
const median = (list) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)];

function main() {
  const { values } = parseArgs({
    options: {
      accounts: { type: 'string', default: '200000,1000000' },
      rounds: { type: 'string', default: '3' },
      only: { type: 'string' },
      report: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return void process.stdout.write(HELP);
  const arms = values.only?.split(',') ?? Object.keys(ARMS);
  const unknown = arms.find((arm) => !(arm in ARMS));
  if (unknown !== undefined)
    throw new Error(`no arm is named ${unknown}: ${Object.keys(ARMS).join(', ')}`);
  const noPeers = arms.includes('memlab') ? ensurePackages(PEERS) : null;
  if (noPeers) throw new Error(noPeers);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loopdet-heap-'));
  const rows = [];
  try {
    for (const accounts of values.accounts.split(',')) {
      const file = path.join(folder, `${accounts}.heapsnapshot`);
      const program = path.join(__dirname, 'programs', 'heap-snapshot.js');
      const later = `${file}.later`;
      const words = ['--max-old-space-size=12000', program, accounts, file, later];
      const made = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: LIMIT_MS });
      if (made.status !== 0) throw new Error(made.stderr);
      const megabytes = fs.statSync(file).size / 1e6;
      /** @type {Record<string, ReturnType<typeof measure>[]>} */
      const runs = Object.fromEntries(arms.map((arm) => [arm, []]));
      for (let round = 0; round < Number(values.rounds); round++) {
        for (const arm of arms) runs[arm].push(measure(arm, file, later));
      }
      const of = (/** @type {string} */ arm) => ({
        seconds: median(runs[arm].map(({ seconds }) => seconds)),
        megabytes: median(runs[arm].map((one) => one.megabytes)),
      });
      const peer = of(arms.includes('Chrome DevTools') ? 'Chrome DevTools' : arms[0]);
      for (const arm of arms) {
        const own = of(arm);
        const raw = runs[arm].map(({ seconds }) => seconds.toFixed(2)).join(' ');
        rows.push(
          `| ${megabytes.toFixed(0)} MB | ${arm} | ${own.seconds.toFixed(2)} | ${own.megabytes.toFixed(0)} | ${(peer.seconds / own.seconds).toFixed(1)} | ${(own.megabytes / peer.megabytes).toFixed(2)} | ${(own.megabytes / megabytes).toFixed(2)} | ${raw} |`,
        );
        console.log(rows.at(-1));
      }
      fs.rmSync(file);
      fs.rmSync(later);
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
  if (!values.report) return;
  const text = `# Heap snapshots

Constructors with retained sizes, of a snapshot that is in the page cache; each run a process, start-up included, in turns.
"Times faster" and "of its memory" are beside Chrome DevTools' own heap worker, in Node. memlab: its analysis object-size,
which is as much as the constructors' rows. The difference is of two snapshots of about that size.
Node ${process.version}, ${os.cpus().length} CPUs (${os.cpus()[0].model.trim()}), ${new Date().toISOString().slice(0, 10)}.
Made by \`node test/bench/heap.js --report\`.

| file | tool | seconds | resident MB | times faster | of its memory | of the file | seconds of each run |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
  fs.writeFileSync(path.join(__dirname, 'HEAP.md'), text);
}

main();
