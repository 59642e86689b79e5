/** The report of `loopdet run`, as a file by itself. */

const format = require('../../cli/render/format');
const { exitText } = require('../../run/program');
const { html } = require('../html');
const { layout } = require('./layout');
const { facts, place, section, topFunctions } = require('./parts');
const { timeline } = require('./timeline');

/** @param {any} report */
function headline({ end }) {
  if (end.goesOn) return 'watched for a while; it goes on';
  if (end.stopped) return 'stopped, as was asked for';
  return `ended with ${exitText(end)}${end.crash ? `: ${end.crash.kind}` : ''}`;
}

/** Its last minute, drawn as that of a crash. @param {any} report */
function pictureOf({ startTime, durationMs, lag, io }) {
  const end = new Date(Date.parse(startTime) + (durationMs ?? 0));
  if (Number.isNaN(end.getTime())) return null;
  const drawn = timeline({
    header: { dumpEventTime: end.toISOString(), uptimeMs: durationMs },
    lag: { events: lag.events },
    io: { slow: io.slow, inFlight: [] },
    stall: lag.unfinished,
  });
  return drawn && section(`The last ${drawn.lasts}`, drawn.picture);
}

/** @param {any} report */
function lagSection({ lag }) {
  const { histogram, byFunction } = lag;
  const rows = byFunction
    .slice(0, 30)
    .map(
      (/** @type {any} */ one) =>
        html`<tr><td>${place(one)}</td><td>${one.causes.join(', ')}</td><td class="number">${format.count(one.count)}</td><td class="number">${format.duration(one.totalMs)}</td><td class="number">${format.duration(one.maxMs)}</td></tr>`,
    );
  const percentiles = histogram
    ? facts(
        ['mean', 'p50', 'p90', 'p99', 'max'].map((name) => [
          name,
          format.duration(histogram[`${name}Ms`]),
        ]),
      )
    : null;
  return section(
    'Event loop lag',
    html`${percentiles}${rows.length > 0 ? html`<table><thead><tr><th>Function</th><th>Cause</th><th class="number">Lags</th><th class="number">Together</th><th class="number">Longest</th></tr></thead><tbody>${rows}</tbody></table>` : null}`,
    `${format.counted(lag.count, 'lag')} over ${format.count(lag.thresholdMs)} ms`,
  );
}

/** @param {any} report */
function ioSection({ io }) {
  if (io.byTarget.length === 0) return null;
  const rows = io.byTarget
    .slice(0, 50)
    .map(
      (/** @type {any} */ one) =>
        html`<tr><td>${one.kind}</td><td class="target">${one.target}</td><td class="number">${format.count(one.count)}</td><td class="number">${format.duration(one.totalMs)}</td><td class="number">${format.duration(one.maxMs)}</td><td class="number">${one.errors || ''}</td></tr>`,
    );
  return section(
    'Slow I/O',
    html`<table><thead><tr><th>Kind</th><th>Target</th><th class="number">Times</th><th class="number">Together</th><th class="number">Longest</th><th class="number">Errors</th></tr></thead><tbody>${rows}</tbody></table>`,
  );
}

/** @param {any} report */
function profileSection({ profile }) {
  if (!profile || profile.error) return null;
  return section(
    'CPU',
    html`${topFunctions(profile.topFunctions)}${profile.patterns.map(
      (/** @type {any} */ one) =>
        html`<p><b>${one.name}</b> ${format.percent(one.percent)}: ${one.evidence}. ${one.advice}</p>`,
    )}`,
    `${format.duration(profile.durationMs)}, ${format.counted(profile.samples, 'sample')}`,
  );
}

/** @param {any} report */
function memorySection({ memory, gc }) {
  if (!memory) return null;
  const change = (/** @type {string} */ name, /** @type {number} */ most) =>
    `${format.bytes(memory.before[name])} to ${format.bytes(memory.after[name])}, at most ${format.bytes(most)}`;
  return section(
    'Memory',
    facts([
      ['resident', change('rss', memory.maxRss)],
      ['heap', change('heapUsed', memory.maxHeapUsed)],
      [
        'collections',
        gc?.count ? `${format.count(gc.count)} in ${format.duration(gc.totalMs)}` : null,
      ],
    ]),
  );
}

/** @param {any} report normalised */
function reportPage(report) {
  return layout({
    title: report.command.join(' '),
    isFile: true,
    body: html`<p class="kicker">${format.time(report.startTime)} · ${format.duration(report.durationMs)}</p>
<h1>${report.command.join(' ')}</h1>
<p>${headline(report)}${report.complete ? '' : '; there is no summary: this is what had been seen by then'}</p>
${[pictureOf, lagSection, profileSection, ioSection, memorySection].map((render) => render(report))}`,
  });
}

module.exports = { reportPage };
