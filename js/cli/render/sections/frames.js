const { failed } = require('../../../replay/crash-file');
const format = require('../format');
const { excerpt } = require('../source');
const { clip, padEnd, printable, width } = require('../text');
const { valueLines } = require('../value');

/** @typedef {import('../paper').Paper} Paper */

const MOST_FRAMES = 40;
const MOST_VARIABLES = 24;
/** Node gives these five to every CommonJS module: not what anyone looks for. */
const MODULE_WRAPPER = ['exports', 'require', 'module', '__filename', '__dirname'];
/** The global object and the like: nothing of the program's own. */
const OUTER_SCOPES = new Set(['global', 'wasm-expression-stack']);

/**
 * Every frame with its position; those of the program with source line and variables.
 * @type {import('./index').Section['render']}
 */
function render({ document, originals }, paper, { all }) {
  const { frames } = document;
  if (failed(frames)) return { lines: [`  ${printable(frames.error)}`] };
  const aside = captureText(document.capture, frames);
  if (frames.length === 0) return { aside, lines: [paper.style.dim('  none recorded')] };
  const limit = all ? frames.length : MOST_FRAMES;
  const inApp = frames.filter((/** @type {any} */ frame) => frame.inApp).length;
  const lines = [];
  const seen = /** @type {Map<string, number>} */ (new Map());
  let isFirst = true;
  /** @param {any} frame @returns {[script: any, position: {line: number | null, column: number | null}]} */
  const sourceOf = (frame) => {
    const text = originals?.get(frame);
    if (text !== undefined) return [{ source: text }, frame.original];
    return [failed(document.Scripts) ? undefined : document.Scripts[frame.scriptId], frame];
  };
  for (const [index, frame] of frames.slice(0, limit).entries()) {
    // Without a frame of the program, the innermost one is the best there is.
    const isDetailed = all || frame.inApp || (inApp === 0 && index === 0);
    if (isDetailed && lines.length > 0 && lines.at(-1) !== '') lines.push('');
    lines.push(frameLine(frame, index, paper));
    if (!isDetailed) continue;
    const context = isFirst ? { before: 2, after: 1 } : { before: 0, after: 0 };
    lines.push(...excerpt(paper, ...sourceOf(frame), { ...context, indent: '    ' }));
    lines.push(...variables(frame, paper, { all, index, seen }), '');
    isFirst = false;
  }
  if (lines.at(-1) === '') lines.pop();
  if (frames.length > limit) {
    lines.push(paper.style.dim(`  … ${frames.length - limit} more frames (--all shows them)`));
  }
  return { aside, lines };
}

/**
 * @param {any} capture
 * @param {any[]} frames
 */
function captureText(capture, frames) {
  const counted = format.counted(frames.length, 'frame');
  if (failed(capture) || !capture.mode) return counted;
  const took = !capture.elapsedMs ? '' : ` in ${format.duration(capture.elapsedMs)}`;
  return `${counted}, capture: ${capture.mode}${took}`;
}

/**
 * @param {any} frame
 * @param {number} index
 * @param {Paper} paper
 */
function frameLine(frame, index, paper) {
  const { style, glyph } = paper;
  const number = String(index).padStart(2);
  const name = clip(printable(format.functionName(frame.functionName)), 80);
  const generated = printable(format.location(frame)) || '(native code)';
  const place = frame.original ? printable(format.location(frame.original)) : generated;
  if (!frame.inApp) return style.dim(`  ${number}  ${name}  ${place}`);
  const made = frame.original ? style.dim(`  (${generated})`) : '';
  return `${style.red(glyph.point)} ${number}  ${style.bold(name)}  ${style.cyan(place)}${made}`;
}

/**
 * @param {any} frame
 * @param {Paper} paper
 * @param {{ all: boolean, index: number, seen: Map<string, number> }} options `seen` holds the
 *   outer scopes of the frames before: most frames of a file share them
 */
function variables(frame, paper, { all, index, seen }) {
  const lines = [];
  const hasThis = frame.this && !['undefined', 'accessor'].includes(frame.this.type);
  const scopes = frame.scopes.filter(
    (/** @type {any} */ scope) =>
      scope.variables.length > 0 && (all || !OUTER_SCOPES.has(scope.type)),
  );
  const names = scopes.flatMap((/** @type {any} */ scope) =>
    scope.variables.map((/** @type {any} */ variable) => printable(variable.name)),
  );
  // One column for the whole frame, so that the eye can go down it; longer names stand out.
  const columns = Math.min(20, Math.max(4, ...names.map(width)));
  if (hasThis) lines.push(...variable('this', frame.this, columns, paper, all));
  for (const scope of scopes) {
    const key = JSON.stringify(scope);
    const before = all || scope.type === 'local' ? undefined : seen.get(key);
    if (before === undefined) lines.push(...scopeLines(scope, columns, paper, all));
    else lines.push(paper.style.dim(`      ${scopeTitle(scope)}: as in frame ${before}`));
    if (before === undefined) seen.set(key, index);
  }
  return lines;
}

/** @param {any} scope */
const scopeTitle = (scope) =>
  clip(printable([scope.type, scope.name].filter(Boolean).join(' of ')), 60);

/**
 * @param {any} scope
 * @param {number} columns
 * @param {Paper} paper
 * @param {boolean} all
 */
function scopeLines(scope, columns, paper, all) {
  const { style } = paper;
  const isModule = MODULE_WRAPPER.every((name) =>
    scope.variables.some((/** @type {any} */ item) => item.name === name),
  );
  const own = scope.variables.filter(
    (/** @type {any} */ item) => all || !isModule || !MODULE_WRAPPER.includes(item.name),
  );
  if (own.length === 0) return [];
  const lines = [style.dim(`      ${scopeTitle(scope)}`)];
  const limit = all ? own.length : MOST_VARIABLES;
  for (const { name, value } of own.slice(0, limit)) {
    lines.push(...variable(name, value, columns, paper, all));
  }
  const leftOut = typeof scope.omitted === 'number' ? scope.omitted : 0;
  const omitted = own.length - Math.min(limit, own.length) + leftOut;
  if (omitted > 0) lines.push(style.dim(`        … ${omitted} more`));
  return lines;
}

/**
 * @param {string} name
 * @param {any} value
 * @param {number} columns
 * @param {Paper} paper
 * @param {boolean} all
 */
function variable(name, value, columns, paper, all) {
  const label = padEnd(clip(printable(name), paper.columns - 12), columns);
  const shown = value ?? { type: 'undefined', text: '(not captured)' };
  return valueLines(paper, shown, `        ${label}  `, all ? 1000 : 3, 10 + width(label));
}

module.exports = { title: 'Frames', render };
