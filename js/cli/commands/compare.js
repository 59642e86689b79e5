const { UnreadableFile, readFile } = require('../../replay/crash-file');
const { compareReports } = require('../../run/compare');
const format = require('../render/format');
const { toJson } = require('../render/json');
const { table } = require('../render/paper');

const EXIT_REGRESSED = 3;

/** @param {string} file @returns {any} a report */
function readReport(file) {
  const { type, document } = readFile(file);
  if (type === 'report') return document;
  throw new UnreadableFile(file, 'is no report', 'give what loopdet run --json printed');
}

/** @type {Record<string, (value: number) => string>} */
const UNITS = {
  ms: format.duration,
  bytes: format.bytes,
  percent: format.percent,
  perMinute: (value) => `${value < 10 ? value.toFixed(1) : format.count(value)}/min`,
};

/** @param {ReturnType<typeof compareReports>} compared @param {import('../render/paper').Paper} paper */
function render({ verdict, metrics }, paper) {
  const { style } = paper;
  const paint = {
    regressed: style.red,
    improved: style.green,
    unchanged: style.dim,
    unknown: style.dim,
  };
  const shown = (/** @type {string} */ unit, /** @type {number | null} */ value) =>
    value === null ? format.count(null) : UNITS[unit](value);
  const rows = metrics.map(({ name, unit, before, after, verdict: one }) => [
    name,
    shown(unit, before),
    shown(unit, after),
    one,
  ]);
  const columns = /** @type {import('../render/paper').Column[]} */ ([
    {},
    { align: 'right' },
    { align: 'right' },
    { last: true },
  ]);
  const lines = table(paper, columns, [['', 'before', 'after', ''], ...rows]);
  const coloured = lines.map((line, at) =>
    at === 0 ? style.dim(line) : paint[metrics[at - 1].verdict](line),
  );
  return `${[...coloured, '', style.bold(paint[verdict](verdict))].join('\n')}\n`;
}

/** @type {import('./index').Command} */
module.exports = {
  name: 'compare',
  usage: '<before> <after>',
  summary: 'compare two reports of loopdet run --json; exit code 3 if something became worse',
  options: [['--json', 'print the comparison as one JSON document']],
  examples: [
    'loopdet run --json -d 30 -- server.js > before.json',
    'loopdet run --json -d 30 -- server.js > after.json',
    'loopdet compare before.json after.json',
  ],
  run({ args: [before, after], options, print, paper }) {
    const compared = compareReports(readReport(before), readReport(after));
    print(options.json ? toJson(compared) : render(compared, paper));
    return compared.verdict === 'regressed' ? EXIT_REGRESSED : 0;
  },
};
