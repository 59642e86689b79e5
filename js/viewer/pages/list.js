/** The list of files, newest first. */

const format = require('../../cli/render/format');
const { html } = require('../html');
const { layout } = require('./layout');

/** @type {Record<string, string>} */
const KINDS = {
  crash: 'crash',
  stall: 'stall',
  CPU: 'CPU profile',
  Heap: 'heap snapshot',
  blackbox: 'black box',
};
/** More rows than this are found by the search only. */
const MAX_ROWS = 10_000;

/** @typedef {import('../../replay/entry').Entry} Entry */

/** @param {Entry} entry */
function row(entry) {
  const { name, kind, what, program, machine, time, pid, tid, nodeVersion, isCut, bytes } = entry;
  const thread = tid ? ` thread ${tid}` : '';
  return html`<tr class="kind-${kind}">
<td class="when">${time}</td>
<td><span class="badge">${KINDS[kind]}</span></td>
<td class="what"><a href="/file/${encodeURIComponent(name)}">${what || name}</a>${isCut ? html` <span class="cut" title="something of it was left out: see its page">cut</span>` : null}</td>
<td class="program">${program}</td>
<td>${machine}</td>
<td class="number">${pid ?? ''}${thread}</td>
<td>${nodeVersion}</td>
<td class="number">${format.bytes(bytes)}</td>
</tr>`;
}

/** @param {Entry[]} entries @param {string} title where they are */
function listPage(entries, title) {
  const shown = entries.slice(0, MAX_ROWS);
  const rest = entries.length - shown.length;
  return layout({
    title,
    script: 'list.js',
    body: html`<h1>${title}</h1>
<form class="search" role="search"><label>Search <input type="search" id="search" placeholder="error, program, machine, pid, date, kind" autocomplete="off" autofocus></label> <output id="found">${format.counted(entries.length, 'file')}</output></form>
${
  entries.length === 0
    ? html`<p>Nothing was written here yet. Run a program with <code>node --require loopdet-addon app.js</code>: what it leaves appears by itself.</p>`
    : null
}
<table class="files">
<thead><tr><th>When</th><th>Kind</th><th>What</th><th>Program</th><th>Machine</th><th class="number">Process</th><th>Node</th><th class="number">Size</th></tr></thead>
<tbody id="files">${shown.map(row)}</tbody>
</table>
${rest > 0 ? html`<p>${format.counted(rest, 'older file')} not shown: loopdet ls lists all</p>` : null}`,
  });
}

module.exports = { KINDS, listPage };
