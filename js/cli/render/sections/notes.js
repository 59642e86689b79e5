const { failed } = require('../../../replay/crash-file');
const format = require('../format');
const { printable, wrap } = require('../text');

/** Sections whose failure a reader should hear of; the raw protocol objects are for tools. */
const TOLD = ['lag', 'stall', 'io', 'memory', 'resources', 'handles', 'gc', 'profile', 'redaction'];

/**
 * What is missing and why: a reader must never take a part for the whole.
 * @type {import('./index').Section['render']}
 */
function render({ document, notes, origin }, paper) {
  const texts = [];
  if (!document.complete) texts.push(incomplete(document));
  const { capture } = document;
  if (capture && !failed(capture) && capture.reason) texts.push(`capture: ${capture.reason}`);
  for (const item of (document.truncated ?? []).slice(0, 12)) texts.push(`cut: ${cutText(item)}`);
  if (origin === 'loopdet') {
    texts.push(...failures(document));
  }
  const { redaction } = document;
  if (redaction && !failed(redaction) && redaction.count > 0) {
    texts.push(`${format.counted(redaction.count, 'secret')} redacted`);
  }
  texts.push(...notes);
  if (texts.length === 0) return null;
  const lines = texts.flatMap((text) =>
    wrap(printable(text), paper.columns - 4, 3).map(
      (line, index) => `  ${index === 0 ? '- ' : '  '}${line}`,
    ),
  );
  return { lines };
}

/**
 * Sections that fail for one reason in one line: a process that was killed leaves many unknown.
 * @param {any} document
 */
function failures(document) {
  const names = /** @type {Map<string, string[]>} */ (new Map());
  for (const name of TOLD) {
    if (!failed(document[name])) continue;
    const { error } = document[name];
    names.set(error, [...(names.get(error) ?? []), name]);
  }
  return [...names].map(([error, sections]) => `${sections.join(', ')}: ${error}`);
}

/** @param {any} document */
function incomplete(document) {
  if (document.blackbox) return 'not complete: the black box is damaged';
  return document.kind === 'stall'
    ? 'the stall still lasted when this was written'
    : 'not complete: the process died before every section was written';
}

/** @param {any} item */
function cutText(item) {
  if (typeof item === 'string') return item;
  const what = typeof item?.what === 'string' ? item.what : 'something';
  return typeof item?.why === 'string' ? `${what} (${item.why})` : what;
}

module.exports = { title: 'Notes', render };
