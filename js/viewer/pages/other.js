/** What is no crash: a stall, a CPU profile, a heap snapshot, a file that is not done. */

const { summarise } = require('../../cli/render/cpu-profile');
const format = require('../../cli/render/format');
const { failed } = require('../../replay/crash-file');
const { html } = require('../html');
const { layout } = require('./layout');
const { KINDS } = require('./list');
const { downloadLink, facts, flameLink, operations, section, stack, topFunctions } =
  require('./parts');

/**
 * @param {import('../../replay/entry').Entry | undefined} entry
 * @param {import('../../replay/crash-file').LoadedFile | null} loaded null: it is not read here
 */
function otherPage(entry, loaded) {
  const name = entry?.name ?? '';
  const isProfile = loaded?.type === 'profile';
  return layout({
    title: entry?.what ?? name,
    body: html`<p class="kicker">${KINDS[entry?.kind ?? ''] ?? ''} · ${entry?.time}</p>
<h1>${entry?.what}</h1>
<p class="actions">${isProfile ? flameLink(name, name) : null} ${downloadLink(name)}</p>
${isProfile ? profileBody(loaded.document) : null}
${loaded?.type === 'stall' ? stallBody(loaded.document) : null}
${entry?.kind === 'Heap' ? html`<p>${format.bytes(entry.bytes)}. Download it, then in Chrome DevTools: Memory, Load.</p>` : null}
${entry?.partial ? html`<p>This file is not finished: its process writes it now, or died before it was done.</p>` : null}`,
  });
}

/** @param {any} document */
function profileBody(document) {
  const { durationMs, samples, busyMs, functions } = summarise(document);
  return section(
    'Self time',
    topFunctions(functions),
    `${format.duration(durationMs)}, ${format.counted(samples, 'sample')}, ${format.duration(busyMs)} busy`,
  );
}

/** @param {any} document */
function stallBody({ header, stall, io }) {
  if (failed(stall)) return html`<p class="failure">${stall.error}</p>`;
  const lasted = stall.durationMs ?? stall.sinceMs;
  const inFlight = io && !failed(io) ? io.inFlight : [];
  return html`${facts([
    ['lasted', `${format.duration(lasted)}${stall.durationMs === undefined ? ' so far' : ''}`],
    ['cause', stall.cause],
    ['system call', stall.syscall?.name],
    ['process', failed(header) ? null : header.processId],
    ['command', failed(header) ? null : (header.commandLine ?? []).join(' ')],
  ])}
${stall.samples.map((/** @type {any} */ sample) => section(format.counted(sample.count, 'sample'), stack(sample.stack)))}
${inFlight.length > 0 ? section('In flight', operations(inFlight, 'Since')) : null}`;
}

module.exports = { otherPage };
