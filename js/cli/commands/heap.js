const fs = require('node:fs');
const { openHeapSnapshot } = require('../../heap');
const render = require('../heap/render');
const { prompt } = require('../heap/prompt');
const { QUESTIONS, limitOf } = require('../heap/questions');
const { withProgress } = require('../progress');
const format = require('../render/format');
const { toJson } = require('../render/json');

/** @typedef {InstanceType<typeof import('../../heap').HeapSnapshot>} HeapSnapshot */

const DIFF_USAGE = 'diff <before> <after> [third]';

const WHAT = [
  ...QUESTIONS.map(({ name, usage, meaning }) => [`${name} <file> ${usage}`.trim(), meaning]),
  [DIFF_USAGE, 'what is new and what is gone, by constructor; of three, what has come and stays'],
  ['<file>', 'asks and answers until it is told to end'],
]
  .map(([usage, meaning]) => `  loopdet heap ${usage.padEnd(36)} ${meaning}`)
  .join('\n');

/** @param {import('../../heap').HeapProgress} progress */
function describe({ nodes, edges, totalSize, done, secondsLeft }) {
  const size = totalSize > 0 ? `${format.bytes(totalSize)} in ` : '';
  const left = secondsLeft === null ? '' : `, ${Math.ceil(secondsLeft)} s left`;
  const objects = `${format.counted(nodes, 'object')}, ${format.counted(edges, 'reference')}`;
  return `${size}${objects}: ${Math.round(done * 100)} %${left}`;
}

/** @param {string} file @param {InstanceType<typeof import('../progress').Progress>} progress */
async function open(file, progress) {
  try {
    return await openHeapSnapshot(file, {
      onProgress: (now) => progress.show(`reading ${file}: ${describe(now)}`),
    });
  } catch (error) {
    throw new Error(`${/** @type {Error} */ (error).message}; nothing in it can be shown`);
  }
}

/**
 * @template T
 * @param {string[]} files
 * @param {(heaps: HeapSnapshot[]) => Promise<T>} body
 * @returns {Promise<T>}
 */
async function withSnapshots(files, body) {
  const heaps = await withProgress(`reading ${files.join(', ')}`, async (progress) => {
    const opened = [];
    for (const file of files) opened.push(await open(file, progress));
    return opened;
  });
  try {
    return await body(heaps);
  } finally {
    for (const heap of heaps) heap.close();
  }
}

/** @type {import('./index').Command} */
module.exports = {
  name: 'heap',
  usage: '<what> [arguments...]',
  summary: 'read heap snapshots: constructors, objects, who holds them, what has grown',
  options: [
    ['--sort <by>', 'objects: count, shallow or retained (size)'],
    ['--filter <regular expression>', 'objects: only constructors whose name matches'],
    ['--limit <number>', 'so many rows (50)'],
    ['--all', 'every row'],
    ['--html <file>', 'summary, or diff of two: one page with pictures'],
    ['--json', 'print the answer as one JSON document'],
  ],
  details: WHAT,
  examples: [
    'loopdet heap summary Heap.20260131.090807.4242.0.001.heapsnapshot',
    'loopdet heap objects --sort count --filter "^[A-Z]" FILE',
    'loopdet heap path FILE @12345',
    'loopdet heap diff before.heapsnapshot after.heapsnapshot',
  ],
  async run({ args: [what, ...words], options, print, paper }) {
    const limit = options.limit === undefined ? undefined : Number(options.limit);
    if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
      throw new Error(`--limit takes a number from 1 on, not ${options.limit}`);
    }
    const wanted = { ...options, limit };
    const show = (
      /** @type {any} */ answer,
      /** @type {(answer: any, paper: any) => string[]} */ draw,
    ) => print(options.json ? toJson(answer) : `${draw(answer, paper).join('\n')}\n`);
    if (what === 'diff') return compare(words, wanted, show);
    const question = QUESTIONS.find(({ name }) => name === what);
    if (!question) {
      if (!fs.existsSync(what)) {
        const names = [...QUESTIONS.map(({ name }) => name), 'diff'].join(', ');
        throw new Error(`heap takes ${names} or a file, not ${what} (loopdet heap --help)`);
      }
      await withSnapshots([what], ([heap]) => prompt(heap, paper, print));
      return 0;
    }
    const [file, ...rest] = words;
    if (options.html !== undefined && what !== 'summary') {
      throw new Error('--html is for heap summary, and for heap diff of two files');
    }
    if (file === undefined) throw new Error(`heap ${what} takes a file: loopdet heap ${what} FILE`);
    await withSnapshots([file], async ([heap]) => {
      const answer = await question.ask(heap, rest, wanted);
      if (options.html === undefined) return show(answer, question.render);
      const { summaryPage } = require('../../viewer/pages/heap');
      fs.writeFileSync(options.html, String(summaryPage(file, answer)), { mode: 0o600 });
    });
    return 0;
  },
};

/**
 * @param {string[]} files
 * @param {Record<string, any>} options
 * @param {(answer: any, draw: (answer: any, paper: any) => string[]) => void} show
 */
async function compare(files, options, show) {
  if (files.length < 2 || files.length > 3) {
    throw new Error(`heap diff takes two or three files: loopdet heap ${DIFF_USAGE}`);
  }
  await withSnapshots(files, async ([first, second, third]) => {
    const all = third ? await first.keptSince(second, third) : await first.compare(second);
    if (options.html !== undefined) {
      if (third) throw new Error('--html is for heap summary, and for heap diff of two files');
      const { differencePage } = require('../../viewer/pages/heap');
      fs.writeFileSync(options.html, String(differencePage(files, all)), { mode: 0o600 });
      return;
    }
    show(all.slice(0, limitOf(options)), third ? render.kept : render.difference);
  });
  return 0;
}
