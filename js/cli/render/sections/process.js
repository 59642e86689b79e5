const { failed } = require('../../../replay/crash-file');
const format = require('../format');
const { printable, wrap } = require('../text');

/**
 * Which process it was.
 * @type {import('./index').Section['render']}
 */
function render({ document }, paper) {
  const { header } = document;
  if (failed(header)) return { lines: [`  header: ${printable(header.error)}`] };
  const { dot } = paper.glyph;
  const thread = header.threadId ? `worker thread ${header.threadId}` : 'main thread';
  const facts = [
    header.nodejsVersion && `Node ${header.nodejsVersion}`,
    [header.platform, header.arch].filter(Boolean).join(' '),
    header.processId !== null && `pid ${header.processId}`,
    thread,
    header.uptimeMs !== null && `up ${format.duration(header.uptimeMs)}`,
  ].filter(Boolean);
  const container = containerText(header.container);
  const places = [
    header.cwd && `in ${header.cwd}`,
    header.hostname && `on ${header.hostname}`,
    container,
  ].filter(Boolean);
  const lines = [
    ...plain(facts.join(` ${dot} `), paper),
    ...plain(header.commandLine.join(' '), paper),
    ...plain(places.join(' '), paper),
  ];
  return { lines };
}

/** @param {{ memoryLimitBytes: number | null, cpuQuota: number | null } | null} container */
function containerText(container) {
  if (!container) return '';
  const limits = [
    container.memoryLimitBytes !== null && format.bytes(container.memoryLimitBytes),
    container.cpuQuota !== null && `${container.cpuQuota} CPU`,
  ].filter(Boolean);
  return limits.length > 0 ? `(limits: ${limits.join(', ')})` : '';
}

/**
 * @param {string} text
 * @param {import('../paper').Paper} paper
 */
function plain(text, paper) {
  if (!text) return [];
  return wrap(printable(text), paper.columns - 2, 3).map((line) => `  ${line}`);
}

module.exports = { title: '', render };
