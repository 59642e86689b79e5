const { attachProgram, listThreads } = require('../../attach/program');
const { readConfig } = require('../../config');
const { toJson } = require('../render/json');
const { printable } = require('../render/text');
const { Progress } = require('../progress');
const { WATCH_OPTIONS, Watching, numberOf, secondsOf, settingsOf } = require('../watching');

const WAIT_S = 30;
const STOP_SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** @param {string} what @param {string | undefined} given @param {number} most @returns {number | undefined} */
function wholeNumberOf(what, given, most) {
  if (given === undefined) return undefined;
  if (/^\d+$/.test(given) && Number(given) <= most) return Number(given);
  throw new Error(`${what} is a number, not ${given}`);
}

/**
 * @param {string[]} args
 * @param {Record<string, any>} options
 */
function targetOf([given], { host, port, target, wait }) {
  const pid = wholeNumberOf('the process', given, 2 ** 31) ?? null;
  if (pid === null && port === undefined) {
    throw new Error('attach takes the number of a process, or --port of its inspector');
  }
  if (pid === process.pid) throw new Error(`process ${pid} is loopdet itself`);
  return {
    pid,
    host,
    port: wholeNumberOf('--port', port, 65535) ?? (host === undefined ? undefined : 9229),
    thread: wholeNumberOf('--target', target, 2 ** 31) ?? null,
    waitSeconds: numberOf('--wait', wait, 0.1) ?? WAIT_S,
  };
}

/** @type {import('./index').Command} */
module.exports = {
  name: 'attach',
  usage: '[pid]',
  summary:
    'watch a program that runs already, without having started it with the addon, and leave it as it was',
  options: [
    ['-d, --duration <seconds>', 'for so long; otherwise until Ctrl-C'],
    ['--host <name>', 'of its inspector, if that is open already (127.0.0.1)'],
    ['--port <number>', 'likewise; without it, SIGUSR1 opens it for a moment'],
    ['--list-targets', 'only list its threads'],
    ['--target <number>', 'only this thread; otherwise all'],
    ['--wait <seconds>', `for its loop, if that stands in a call into the system (${WAIT_S})`],
    ...WATCH_OPTIONS,
  ],
  examples: [
    'loopdet attach 4711',
    'loopdet attach 4711 -d 30 --json > report.json',
    'loopdet attach --port 9229 --list-targets',
  ],
  async run({ args, options, paper, print }) {
    const progress = new Progress();
    const where = {
      ...targetOf(args, options),
      onStep: (/** @type {string} */ step) => progress.show(step),
    };
    progress.show('attaching');
    try {
      if (options.listTargets) {
        const threads = await listThreads({ ...where, seconds: 0, settings: {} });
        print(options.json ? toJson(threads) : renderThreads(threads, paper));
        return 0;
      }
      return await watch({ where, options, print, progress });
    } finally {
      progress.hide();
    }
  },
};

/**
 * @param {{where: any, options: Record<string, any>, print: (text: string) => void, progress: InstanceType<typeof Progress>}} parts
 */
async function watch({ where, options, print, progress }) {
  const watching = new Watching(options, print, progress);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  const seconds = secondsOf(options);
  const began = Date.now();
  /** @type {NodeJS.Timeout | undefined} */
  let clock;
  try {
    const report = await attachProgram({
      ...where,
      seconds,
      repeats: options.watch === true,
      settings: { ...settingsOf(options), directory: readConfig().config.directory },
      stop: stop.signal,
      onWarning: (warning) => watching.say(`loopdet: ${printable(warning)}\n`),
      ...watching,
      onStart: (pid) => {
        watching.onStart(pid);
        const say = () => {
          const passed = Math.round((Date.now() - began) / 1000);
          const of = seconds > 0 && !options.watch ? ` of ${seconds}` : '';
          progress.show(`watching ${pid}, ${passed}${of} s; Ctrl-C ends it`);
        };
        say();
        clock = setInterval(say, 1000);
      },
    });
    clearInterval(clock);
    progress.hide();
    return watching.conclude(report);
  } finally {
    clearInterval(clock);
    for (const signal of STOP_SIGNALS) process.off(signal, onSignal);
  }
}

/** @param {{id: number, title: string}[]} threads @param {import('../render/paper').Paper} paper */
function renderThreads(threads, { style }) {
  return threads
    .map(({ id, title }) => {
      const kind = id === 0 ? 'main thread' : 'worker';
      return `${style.bold(String(id).padStart(4))}  ${kind.padEnd(11)}  ${printable(title)}\n`;
    })
    .join('');
}
