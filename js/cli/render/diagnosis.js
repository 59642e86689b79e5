/** The readable form of what `diagnose()` found. */

const { table } = require('./paper');
const { clip, printable, wrap } = require('./text');

/**
 * @typedef {object} Diagnosis
 * @property {string} node
 * @property {string} v8
 * @property {string} platform
 * @property {{ file: string, version: string } | { error: string }} addon
 * @property {{ name: string, works: boolean, reason: string | null }[]} features
 * @property {{ name: string, value: unknown, source: string, default: unknown, meaning: string,
 *   problem: string | null }[]} options
 * @property {{ path: string, writable: boolean, reason: string | null }} directory
 * @property {{ error: string } | Record<string, number>} [overhead] of a small program, over `elapsedMs`
 */

/**
 * @param {Diagnosis} diagnosis
 * @param {import('./paper').Paper} paper
 * @returns {string}
 */
function renderDiagnosis(diagnosis, paper) {
  const { style, glyph } = paper;
  const { addon, directory, features, options } = diagnosis;
  const versions = [`Node ${diagnosis.node}`, `V8 ${diagnosis.v8}`, diagnosis.platform];
  const loads = !('error' in addon);
  const works = features.filter((feature) => feature.works).length;
  const nameColumns = Math.max(10, ...features.map((feature) => feature.name.length));
  const lines = [
    `  ${printable(versions.join(` ${glyph.dot} `))}`,
    ...mark(
      paper,
      loads,
      'addon'.padEnd(nameColumns),
      loads ? `${addon.version}  ${addon.file}` : addon.error,
    ),
    ...mark(
      paper,
      directory.writable,
      'directory'.padEnd(nameColumns),
      directory.path + (directory.reason ? `  (${directory.reason})` : ''),
    ),
    '',
    paper.heading('Features', `${works} of ${features.length} work`),
    ...features.flatMap((feature) =>
      mark(paper, feature.works, feature.name.padEnd(nameColumns), feature.reason ?? ''),
    ),
    '',
    paper.heading('Options', 'API call > environment > package.json "loopdet" > default'),
    ...optionLines(options, paper),
  ];
  if (diagnosis.overhead) lines.push('', ...overheadLines(diagnosis.overhead, paper));
  if (!loads) lines.push('', style.red('  The addon does not load: nothing will be recorded.'));
  return `${lines.join('\n')}\n`;
}

/**
 * @param {import('./paper').Paper} paper
 * @param {boolean} works
 * @param {string} name
 * @param {string} text
 */
function mark({ style, glyph, columns }, works, name, text) {
  const sign = works ? style.green(glyph.yes) : style.red(glyph.no);
  const used = 4 + name.length + 2;
  const [first, ...rest] = wrap(printable(text), columns - used, 4);
  const hang = rest.map((line) => ' '.repeat(used) + line);
  return [`  ${sign} ${printable(name)}  ${first}`.trimEnd(), ...hang];
}

/** What each part of the overhead is. */
const PARTS = {
  hooksMs: 'before and after each wait of the loop',
  samplesMs: 'stacks of a blocked loop',
  ioMs: 'begins and ends of operations',
  workMs: 'captures, events, profiles, and what is worked out for a first capture',
  profilerMs: "V8's CPU profiler",
  monitorMs: 'the monitor thread',
};

/** @param {{ error: string } | Record<string, number>} overhead @param {import('./paper').Paper} paper */
function overheadLines(overhead, paper) {
  if ('error' in overhead) {
    return [paper.heading('Overhead', 'not measured'), `  ${printable(overhead.error)}`];
  }
  const { elapsedMs } = overhead;
  const percent = (/** @type {number} */ ms) => `${((ms / elapsedMs) * 100).toFixed(2)} %`;
  const rows = Object.entries(PARTS).map(([name, meaning]) => [percent(overhead[name]), meaning]);
  const detail = `${percent(overhead.totalMs)} of a core, in the first two seconds of a program that turns its loop 200 times a second`;
  return [
    paper.heading('Overhead', detail),
    ...rows.map(([share, meaning]) => `  ${share.padStart(8)}  ${paper.style.dim(meaning)}`),
  ];
}

/** @param {unknown} value */
const optionText = (value) =>
  typeof value === 'boolean' ? (value ? 'on' : 'off') : `${value ?? ''}`;

/**
 * @param {Diagnosis['options']} options
 * @param {import('./paper').Paper} paper
 */
function optionLines(options, paper) {
  const { style, glyph } = paper;
  const rows = table(
    paper,
    [{}, { max: 24 }, {}, { last: true }],
    options.map((option) => [
      option.name,
      optionText(option.value),
      option.source,
      // The names take most of a narrow line; half a sentence would only be noise.
      paper.columns >= 110 ? option.meaning : '',
    ]),
  );
  return options.flatMap((option, index) => {
    const row =
      option.source === 'default' && !option.problem ? style.dim(rows[index]) : rows[index];
    if (!option.problem) return [row];
    const problem = wrap(printable(option.problem), paper.columns - 8, 3);
    return [
      row,
      ...problem.map(
        (line, at) => `    ${at ? ' ' : style.yellow(glyph.warn)} ${clip(line, paper.columns - 6)}`,
      ),
    ];
  });
}

module.exports = { renderDiagnosis };
