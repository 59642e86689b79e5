/** One crash: what ended the process, where it stood, what it had in hand, and its last minute. */

const format = require('../../cli/render/format');
const { KINDS } = require('../../cli/render/report');
const { failed } = require('../../replay/crash-file');
const { headline } = require('../../replay/paused-process');
const { html } = require('../html');
const { layout } = require('./layout');
const { downloadLink, facts, flameLink, operations, place, section, stack, topFunctions } =
  require('./parts');
const { excerpt } = require('./source');
const { timeline } = require('./timeline');

const MAX_FRAMES = 100;
const MAX_VARIABLES = 300;

/**
 * @typedef {object} Shown
 * @property {import('../../replay/crash-file').LoadedFile} loaded
 * @property {import('../../replay/entry').Entry | undefined} entry
 * @property {string | null} address of DevTools with this crash; null: the page is a file by itself, without links
 * @property {import('../../replay/entry').Entry[]} beside the files that the same process left at the same moment
 */

/** TABLE of the page's sections, in order; one that has nothing to say answers null. @type {((shown: Shown) => unknown)[]} */
const SECTIONS = [
  errorSection,
  cutSection,
  timelineSection,
  framesSection,
  stallSection,
  inFlightSection,
  slowSection,
  profileSection,
  memorySection,
  processSection,
  blackBoxSection,
  besideSection,
];

/** @param {Shown} shown */
function crashPage(shown) {
  const { loaded, address } = shown;
  const { document } = loaded;
  const name = shown.entry?.name ?? '';
  const known = Object.hasOwn(KINDS, document.kind);
  const kind = known ? KINDS[document.kind].toLowerCase() : document.kind;
  return layout({
    title: headline(document),
    isFile: address === null,
    body: html`<p class="kicker">${kind}${document.handled ? ' (handled)' : ''} · ${format.time(document.header?.dumpEventTime)}</p>
<h1 class="error">${headline(document)}</h1>
${address === null ? null : html`<p class="actions"><a class="button primary" id="devtools" href="${address}">Open in DevTools</a> ${downloadLink(name)}</p>`}
${SECTIONS.map((render) => renderOne(render, shown))}`,
  });
}

/** One section that cannot be shown must not hide the others. @param {(shown: Shown) => unknown} render @param {Shown} shown */
function renderOne(render, shown) {
  try {
    return render(shown);
  } catch (error) {
    return html`<p class="failure">A part of this file cannot be shown: ${/** @type {Error} */ (error).message}</p>`;
  }
}

/** @param {Shown} shown */
function errorSection({ loaded: { document } }) {
  const { error } = document;
  if (error === null) return null;
  if (failed(error)) return section('Error', html`<p class="quiet">${error.error}</p>`);
  return section('Error', errorBody(error, 0));
}

/** @param {any} error @param {number} depth @returns {unknown} */
function errorBody(error, depth) {
  const {
    name,
    message,
    stack: text,
    code,
    properties = {},
    cause,
    errors = [],
    thrownValue,
  } = error;
  const own = Object.entries(properties);
  return html`${thrownValue ? html`<p>Thrown: <code>${thrownValue.text}</code></p>` : null}
${text ? html`<pre class="stacktext">${text}</pre>` : html`<p><b>${name}</b> ${message}</p>`}
${code !== null && code !== undefined ? facts([['code', code]]) : null}
${own.length > 0 ? variables(own.map(([key, value]) => ({ name: key, value }))) : null}
${cause && depth < 16 ? html`<h3>Caused by</h3>${errorBody(cause, depth + 1)}` : null}
${errors.length > 0 && depth < 16 ? html`<h3>Errors in it</h3>${errors.map((/** @type {any} */ one) => errorBody(one, depth + 1))}` : null}`;
}

/** @param {Shown} shown */
function cutSection({ loaded: { document, notes } }) {
  const all = [...document.truncated, ...notes];
  if (all.length === 0) return null;
  return html`<details class="cuts"><summary>${format.counted(all.length, 'thing')} left out</summary><ul>${all.map(
    (one) => html`<li>${typeof one === 'string' ? one : JSON.stringify(one)}</li>`,
  )}</ul></details>`;
}

/** @param {Shown} shown */
function timelineSection({ loaded: { document } }) {
  const drawn = timeline(document);
  return drawn && section(`The last ${drawn.lasts}`, drawn.picture);
}

/** @param {Shown} shown */
function framesSection({ loaded }) {
  const { document, originals } = loaded;
  const { frames, capture } = document;
  if (failed(frames)) return section('Frames', html`<p class="quiet">${frames.error}</p>`);
  if (frames.length === 0) return null;
  const first = Math.max(
    0,
    frames.findIndex((/** @type {any} */ frame) => frame.inApp),
  );
  const rest = frames.length - MAX_FRAMES;
  const body = html`${frames
    .slice(0, MAX_FRAMES)
    .map((/** @type {any} */ frame, /** @type {number} */ index) => {
      const script = failed(document.Scripts) ? undefined : document.Scripts[frame.scriptId];
      return frameBody({ frame, script, original: originals?.get(frame), isOpen: index === first });
    })}${rest > 0 ? html`<p class="quiet">${format.counted(rest, 'frame')} more: loopdet show --all</p>` : null}`;
  const mode = failed(capture) || !capture.mode ? '' : `captured at the ${capture.mode}`;
  return section('Frames', body, capture?.reason ?? mode);
}

/** @param {{frame: any, script: any, original: string | undefined, isOpen: boolean}} shown */
function frameBody({ frame, script, original, isOpen }) {
  const at = frame.original ?? frame;
  const source =
    original === undefined
      ? excerpt(script?.source, frame, script?.params?.startLine ?? 0)
      : excerpt(original, at, 0);
  const scopes = frame.scopes ?? [];
  const hasThis = frame.this && frame.this.type !== 'undefined';
  const named = { functionName: at.name ?? frame.functionName, ...pick(at) };
  return html`<details class="frame ${frame.inApp ? 'inapp' : 'outside'}"${isOpen ? html` open` : null}>
<summary>${place(named)}</summary>
${frame.original ? html`<p class="quiet">generated: ${format.location(frame)}</p>` : null}
${source}
${hasThis ? variables([{ name: 'this', value: frame.this }]) : null}
${scopes.map(scopeBody)}
</details>`;
}

/** @param {any} at */
const pick = ({ url, line, column }) => ({ url, line, column });

/** @param {any} scope */
function scopeBody({ type, name, variables: own }) {
  if (own.length === 0) return null;
  const rest = own.length - MAX_VARIABLES;
  return html`<h3>${type}${name && type !== 'local' ? html` <small>${name}</small>` : null}</h3>${variables(own.slice(0, MAX_VARIABLES))}${
    rest > 0 ? html`<p class="quiet">${format.count(rest)} more</p>` : null
  }`;
}

/** @param {{name: string, value: any}[]} all */
function variables(all) {
  return html`<table class="variables"><tbody>${all.map(
    ({ name, value }) =>
      html`<tr><th>${name}</th><td class="type-${/^\w+$/.test(value?.type) ? value.type : 'other'}"><code>${value?.text ?? value}</code></td></tr>`,
  )}</tbody></table>`;
}

/** @param {Shown} shown */
function stallSection({ loaded: { document } }) {
  const { stall } = document;
  if (!stall || failed(stall)) return null;
  const [sample] = stall.samples;
  return section(
    'Stall at the end',
    html`<p>The loop stood still for ${format.duration(stall.sinceMs)}: ${stall.cause}${stall.syscall ? ` in ${stall.syscall.name}` : ''}.</p>${sample ? stack(sample.stack) : null}`,
  );
}

/** @param {Shown} shown */
function inFlightSection({ loaded: { document } }) {
  const { io } = document;
  if (failed(io) || io.inFlight.length === 0) return null;
  return section('In flight', operations(io.inFlight, 'Since'), 'what it was waiting for');
}

/** @param {Shown} shown */
function slowSection({ loaded: { document } }) {
  const { io } = document;
  if (failed(io) || io.slow.length === 0) return null;
  return section('Slow I/O', operations(io.slow, 'Took'));
}

/** @param {Shown} shown */
function profileSection({ loaded: { document }, beside }) {
  const { profile } = document;
  if (!profile || failed(profile) || profile.topFunctions.length === 0) return null;
  const recorded = beside.find(({ kind }) => kind === 'CPU');
  return section(
    'CPU profile',
    html`${recorded ? html`<p class="actions">${flameLink(recorded.name, headline(document))}</p>` : null}${topFunctions(profile.topFunctions)}`,
    `${format.duration(profile.durationMs)}, ${format.counted(profile.samples, 'sample')}`,
  );
}

/** @param {Shown} shown */
function memorySection({ loaded: { document } }) {
  const { memory, gc } = document;
  if (failed(memory)) return null;
  const classes = Array.isArray(memory.classes) ? memory.classes : [];
  return section(
    'Memory',
    html`${facts([
      ['resident', format.bytes(memory.rss)],
      ['heap', `${format.bytes(memory.heapUsed)} of ${format.bytes(memory.heapLimit)}`],
      ['external', format.bytes(memory.external)],
      ['array buffers', format.bytes(memory.arrayBuffers)],
      [
        'collections',
        failed(gc) || !gc.count
          ? null
          : `${format.count(gc.count)} in ${format.duration(gc.totalMs)}`,
      ],
    ])}${
      classes.length > 0
        ? html`<table><thead><tr><th>Objects by class</th><th class="number">Count</th></tr></thead><tbody>${classes.slice(0, 20).map((/** @type {any} */ one) => html`<tr><td>${one.name}</td><td class="number">${format.count(one.count)}</td></tr>`)}</tbody></table>`
        : null
    }`,
  );
}

/** @param {Shown} shown */
function processSection({ loaded: { document } }) {
  const { header, lag, overhead, redaction } = document;
  if (failed(header)) return null;
  const histogram = failed(lag) || failed(lag.histogram) ? null : lag.histogram;
  return section(
    'Process',
    facts([
      ['command', (header.commandLine ?? []).join(' ')],
      ['directory', header.cwd],
      [
        'process',
        `${header.processId ?? '?'}${header.threadId ? `, thread ${header.threadId}` : ''}`,
      ],
      ['up', header.uptimeMs === null ? null : format.duration(header.uptimeMs)],
      ['Node', header.nodejsVersion],
      ['machine', [header.hostname, header.platform, header.arch].filter(Boolean).join(' ')],
      [
        'lag',
        histogram?.count
          ? `p50 ${format.duration(histogram.p50Ms)}, p99 ${format.duration(histogram.p99Ms)}, max ${format.duration(histogram.maxMs)}`
          : null,
      ],
      ['secrets cut', failed(redaction) ? null : format.count(redaction.count)],
      [
        'capture',
        failed(overhead)
          ? null
          : `${format.duration(overhead.captureMs)}, written in ${format.duration(overhead.writeMs)}`,
      ],
    ]),
  );
}

/** @param {Shown} shown */
function blackBoxSection({ loaded: { document } }) {
  const { blackbox } = document;
  if (!blackbox || failed(blackbox)) return null;
  const native = blackbox.fatal?.native ?? [];
  return section(
    'Black box',
    html`${facts([
      ['last sign of life', format.time(blackbox.lastSignOfLife)],
      ['records', format.count(blackbox.records)],
      ['lost', blackbox.lost ? format.count(blackbox.lost) : null],
    ])}${
      native.length > 0
        ? html`<h3>Native frames</h3><ol class="stack">${native.map((/** @type {any} */ frame) => html`<li><code>${Object.values(frame).join(' ')}</code></li>`)}</ol>`
        : null
    }${
      blackbox.notes.length > 0
        ? html`<h3>Notes of the program</h3>${variables(blackbox.notes.map((/** @type {any} */ { key, value }) => ({ name: key, value: { type: typeof value, text: JSON.stringify(value) } })))}`
        : null
    }`,
  );
}

/** @param {Shown} shown */
function besideSection({ beside }) {
  if (beside.length === 0) return null;
  return section(
    'Files beside it',
    html`<ul>${beside.map(({ name, what }) => html`<li><a href="/file/${encodeURIComponent(name)}">${name}</a> ${what}</li>`)}</ul>`,
  );
}

module.exports = { crashPage };
