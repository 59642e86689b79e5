/** Runs a program with the addon, and hears of it. */

const { spawn } = require('node:child_process');
const os = require('node:os');
const path = require('node:path');
const { OPTIONS } = require('../config');
const { Listener } = require('./listener');
const { ReportBuilder } = require('./report');

const ADDON = path.resolve(__dirname, '../..');
const SCRIPT = /\.[cm]?[jt]sx?$/;
const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2', 'SIGQUIT']);
// How long a program may take for its summary, and to end, once its time is over.
const SUMMARY_MS = 3000;
const END_MS = 5000;

/**
 * @typedef {object} RunOptions
 * @property {string[]} words the program and its arguments: a script, or a command that runs Node
 * @property {number} seconds after which it is stopped; 0 for never
 * @property {Record<string, string>} environment added to this process's
 * @property {boolean} ownsStdout false: what it prints goes to stderr
 * @property {boolean} [repeats] each such time is a period with a report of its own, and it is not stopped
 * @property {(report: Report) => void} [onReport] of each period but the last
 * @property {AbortSignal} [stop] aborted: it is stopped
 * @property {(event: any) => void} [onEvent]
 * @property {(pid: number) => void} [onStart] if it is Node itself that is started
 *
 * @typedef {ReturnType<InstanceType<typeof ReportBuilder>['build']>} Report see schema/report.schema.json
 */

/** @param {string[]} words */
function commandOf(words) {
  const [first, ...rest] = words;
  return SCRIPT.test(first) ? [process.execPath, first, ...rest] : [first, ...rest];
}

/**
 * What a process is started with, to be recorded so.
 * @param {Record<string, string>} settings by the keys of js/config.js
 * @returns {Record<string, string>}
 */
function environmentOf(settings) {
  const names = new Map(OPTIONS.map(({ key, name }) => [key, name]));
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [names.get(key) ?? key, value]),
  );
}

/** A path with a space would be two words. @param {string} file */
const quoted = (file) => (/[\s"\\]/.test(file) ? JSON.stringify(file) : file);

/**
 * @param {RunOptions} options
 * @returns {Promise<Report>} the report, of the last period if there are several
 */
async function runProgram({ words, seconds, environment, ownsStdout, ...watching }) {
  const { repeats = false, stop, onReport, onEvent, onStart } = watching;
  const command = commandOf(words);
  let builder = new ReportBuilder();
  let stopped = false;
  /** @type {(() => void) | undefined} */
  let summarised;
  const listener = new Listener((event) => {
    builder.add(event);
    onEvent?.(event);
    if (!builder.isWhole) return;
    // The last summary comes as it ends.
    if (!repeats || event.exitCode !== null) return summarised?.();
    const next = builder.next();
    onReport?.(builder.build(command, { code: null, signal: null, stopped: false, goesOn: true }));
    builder = next;
  });
  await listener.open();
  const child = spawn(command[0], command.slice(1), {
    stdio: ['inherit', ownsStdout ? 'inherit' : 2, 'inherit'],
    env: {
      ...process.env,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --require=${quoted(ADDON)}`.trim(),
      LOOPDET_EVENTS: listener.path,
      LOOPDET_QUIET: 'on',
      ...(seconds > 0 ? { LOOPDET_SUMMARY_S: String(seconds) } : {}),
      ...(repeats ? { LOOPDET_SUMMARY_REPEAT: 'on' } : {}),
      ...environment,
    },
  });
  const isNode = SCRIPT.test(words[0]) || path.basename(command[0]) === 'node';
  // Of what starts Node in turn (npm) the processes that it starts are meant.
  if (isNode && child.pid !== undefined) {
    builder.pid = child.pid;
    onStart?.(child.pid);
  }
  const forward = (/** @type {NodeJS.Signals} */ signal) => {
    // The terminal has sent it to the program already.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  /** @type {NodeJS.Timeout[]} */
  const timers = [];
  const end = () => {
    if (stopped) return;
    stopped = true;
    child.kill('SIGTERM');
    timers.push(setTimeout(() => child.kill('SIGKILL'), END_MS));
  };
  stop?.addEventListener('abort', end);
  if (stop?.aborted) end();
  if (seconds > 0 && !repeats) {
    summarised = end;
    timers.push(setTimeout(end, seconds * 1000 + SUMMARY_MS));
  }
  const [code, signal] = await /** @type {Promise<[number | null, string | null]>} */ (
    new Promise((resolve, reject) => {
      child.once('error', (error) => {
        const { code: why } = /** @type {NodeJS.ErrnoException} */ (error);
        const reason = why === 'ENOENT' ? 'there is no such command' : why;
        reject(new Error(`${command[0]} cannot be run: ${reason}`));
      });
      child.once('exit', (...how) => resolve(how));
    })
  ).finally(() => {
    for (const timer of timers) clearTimeout(timer);
    for (const name of FORWARDED) process.off(name, forward);
    stop?.removeEventListener('abort', end);
    return listener.close();
  });
  return builder.build(command, { code, signal, stopped });
}

/** As a shell tells of it. @param {{code: number | null, signal: string | null}} end */
function exitText({ code, signal }) {
  if (signal === null) return `exit code ${code ?? 'unknown'}`;
  const number = os.constants.signals[/** @type {NodeJS.Signals} */ (signal)];
  return `${signal}${number ? ` (${number})` : ''}`;
}

module.exports = { environmentOf, exitText, runProgram };
