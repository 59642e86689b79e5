/** Parts that several pages show. */

const format = require('../../cli/render/format');
const { html } = require('../html');

/** @typedef {{functionName: string, url: string, line?: number | null, column?: number | null}} Place */

/** @param {Place} place */
function place({ functionName, url, line, column }) {
  return html`<span class="function">${functionName || '(anonymous)'}</span> <span class="place">${format.location({ url, line, column })}</span>`;
}

/** @param {Place[]} stack */
function stack(stack) {
  if (!Array.isArray(stack) || stack.length === 0) return html`<p class="quiet">no stack</p>`;
  return html`<ol class="stack">${stack.slice(0, 50).map((frame) => html`<li>${place(frame)}</li>`)}</ol>`;
}

/** @param {[name: string, value: unknown][]} all those without a value are left out */
function facts(all) {
  const known = all.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return html`<dl class="facts">${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** @param {string} title @param {unknown} body @param {unknown} [aside] */
function section(title, body, aside) {
  return html`<section><h2>${title}${aside ? html` <small>${aside}</small>` : null}</h2>
${body}
</section>`;
}

/** @param {any[]} operations @param {string} durationName */
function operations(operations, durationName) {
  return html`<table class="operations"><thead><tr><th>Kind</th><th>Target</th><th class="number">${durationName}</th><th>Result</th></tr></thead>
<tbody>${operations
    .slice(0, 200)
    .map(
      (one) =>
        html`<tr><td>${one.kind}</td><td class="target">${one.target}${one.stack?.length > 0 ? html`<details><summary>caller</summary>${stack(one.stack)}</details>` : null}</td><td class="number">${format.duration(one.durationMs)}</td><td>${one.error ?? one.status ?? ''}</td></tr>`,
    )}</tbody></table>`;
}

/** @param {any[]} functions {functionName, url, line, selfMs, percent}, most first */
function topFunctions(functions) {
  return html`<table class="functions"><thead><tr><th>Function</th><th class="number">Self time</th><th class="number">Share</th><th></th></tr></thead>
<tbody>${functions
    .slice(0, 20)
    .map(
      (one) =>
        html`<tr><td>${place(one)}</td><td class="number">${format.duration(one.selfMs)}</td><td class="number">${format.percent(one.percent)}</td><td><meter min="0" max="100" value="${Math.min(100, one.percent ?? 0)}"></meter></td></tr>`,
    )}</tbody></table>`;
}

/** @param {string} name of a .cpuprofile @param {string} title */
function flameLink(name, title) {
  const profile = encodeURIComponent(`/profile/${encodeURIComponent(name)}`);
  return html`<a class="button" href="/speedscope/index.html#profileURL=${profile}&title=${encodeURIComponent(title)}">Flame graph</a>`;
}

/** @param {string} name */
function downloadLink(name) {
  return html`<a class="button" href="/download/${encodeURIComponent(name)}">Download</a>`;
}

module.exports = {
  downloadLink,
  facts,
  flameLink,
  operations,
  place,
  section,
  stack,
  topFunctions,
};
