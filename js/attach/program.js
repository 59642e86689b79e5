/** Watches a program that runs already and was not started with the addon, and leaves it as it was. */

const fs = require('node:fs');
const path = require('node:path');
const { Listener } = require('../run/listener');
const { ReportBuilder } = require('../run/report');
const { copyPackage, giveTo, visiblePackage } = require('./carry');
const { InspectorClient, evaluate, isInspector, retry, sleep } = require('./inspector-client');
const {
  handlesSignal,
  inspectorOptions,
  isAlive,
  listeningPorts,
  ownerOf,
  readTarget,
} = require('./target');

// Node answers SIGUSR1 at once, unless its loop is in a call into the system.
const USUAL_MS = 2000;
const LOOPBACK = '127.0.0.1';
// How long a process may take for its summary, and to take itself out, once that is asked for.
const LEAVE_MS = 3000;
const ALIVE_EVERY_MS = 250;
// A program that takes a heap snapshot for its summary may need as long on a busy machine.
const CLOCK_MS = 1000;

/**
 * @typedef {object} AttachOptions
 * @property {number | null} pid null: whoever listens on the port
 * @property {string} [host] @property {number} [port] of its inspector, if that is open
 * @property {number} waitSeconds for its loop
 * @property {number} seconds after which it ends; 0: when `stop` is aborted
 * @property {number | null} thread which one; null: all
 * @property {Record<string, unknown>} settings as of start()
 * @property {boolean} [repeats] each such time is a period with a report of its own, until `stop` is aborted
 * @property {(report: any) => void} [onReport] of each period but the last
 * @property {AbortSignal} [stop]
 * @property {(event: any) => void} [onEvent]
 * @property {(pid: number) => void} [onStart] it is watched from here on
 * @property {(step: string) => void} [onStep] what is waited for
 * @property {(warning: string) => void} [onWarning]
 */

/**
 * The inspector of a process: open already, or opened by us.
 * @param {import('./target').Target} target
 * @param {AttachOptions} options
 * @returns {Promise<{address: {host: string, port: number}, isOurs: boolean}>}
 */
async function openInspector(target, { host = LOOPBACK, port, waitSeconds, onStep = () => {} }) {
  if (port !== undefined) return { address: { host, port }, isOurs: false };
  const { pid } = target;
  if (!target.isSameNetwork) {
    throw new Error(
      `process ${pid} has a network of its own (a container), where its inspector would listen: run loopdet in there, or "nsenter --net --target ${pid} loopdet attach ${pid}"`,
    );
  }
  const before = listeningPorts(target);
  const given = inspectorOptions(target);
  if (given.isOpen && before.includes(given.port)) {
    return { address: { host, port: given.port }, isOurs: false };
  }
  if (!handlesSignal(target)) {
    throw new Error(
      `process ${pid} does not handle SIGUSR1, which would end it (--disable-sigusr1, or no Node.js): start it with --inspect, or with --require loopdet-addon`,
    );
  }
  try {
    process.kill(pid, 'SIGUSR1');
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'ESRCH') throw new Error(`process ${pid} has ended`);
    throw new Error(
      `process ${pid} belongs to user ${target.uid}: run loopdet as that user, or with sudo`,
    );
  }
  const opened = async (/** @type {number} */ until) => {
    const found = await retry(() => {
      if (!isAlive(target)) return -1;
      return listeningPorts(target).find((one) => !before.includes(one));
    }, until);
    if (found === -1) throw new Error(`process ${pid} has ended`);
    return found;
  };
  const began = Date.now();
  let found = await opened(began + USUAL_MS);
  if (found === undefined) {
    // The program itself may have opened it, or somebody who has given up waiting.
    for (const one of before) {
      const address = { host, port: one };
      if (await isInspector(address)) return { address, isOurs: false };
    }
    const owner = ownerOf(target, given.port);
    if (owner) {
      throw new Error(
        `process ${pid} cannot open its inspector: port ${given.port} is taken by ${owner}. End that, or start the program with --inspect-port=0`,
      );
    }
    onStep(`its loop is in a call into the system; waiting up to ${waitSeconds} s for it`);
    found = await opened(began + waitSeconds * 1000);
  }
  if (found === undefined) {
    throw new Error(
      `process ${pid} has not opened its inspector within ${waitSeconds} s: its loop stands in a call into the system (--wait gives it longer), or it has a handler of its own for SIGUSR1 (start it with --inspect)`,
    );
  }
  return { address: { host, port: found }, isOurs: true };
}

/**
 * @param {string} folder of the package
 * @param {[socket: string, settings: Record<string, unknown>, isReported: boolean]} given to attach()
 */
function attachExpression(folder, given) {
  const [from, values] = [`${folder}/`, given].map((one) => JSON.stringify(one));
  // `require` is the console's, where Node lacks the other (before 20.16 and 22.3).
  return `(() => {
    const builtin = process.getBuiltinModule ?? require;
    const attach = builtin('node:module').createRequire(${from})('./js/attach/inside.js');
    return JSON.stringify(attach(...${values}));
  })()`;
}

// Not by Node's inspector module: a program that has loaded that may have sessions of its own. And not once: Node asks itself to
// open it by an interrupt and by a callback of the loop (Agent::RequestIoThreadStart, Node 20 to 26), so that it is open
// again when a loop turns that was busy meanwhile.
const CLOSE_INSPECTOR = `(() => {
  const { setImmediate } = (process.getBuiltinModule ?? require)('node:timers');
  let turns = 3;
  const close = () => {
    if (turns-- > 0) setImmediate(close).unref();
    process._debugEnd();
  };
  close();
})()`;

/**
 * @param {Promise<T>} promise
 * @param {number} ms
 * @param {string} otherwise what went wrong
 * @returns {Promise<T>}
 * @template T
 */
function within(promise, ms, otherwise) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(otherwise)), ms);
  });
  return Promise.race([promise, /** @type {Promise<never>} */ (late)]).finally(() =>
    clearTimeout(timer),
  );
}

/**
 * Runs `body` with a connection to the process's inspector, which is closed again if we have opened it.
 * @template T
 * @param {AttachOptions} options
 * @param {(client: InstanceType<typeof InspectorClient>, target: import('./target').Target) => Promise<T>} body
 * @returns {Promise<T>}
 */
async function withInspector(options, body) {
  const { waitSeconds, onStep = () => {} } = options;
  let target = options.pid === null ? null : readTarget(options.pid);
  const opening = target
    ? await openInspector(target, options)
    : { address: { host: options.host ?? LOOPBACK, port: Number(options.port) }, isOurs: false };
  const { host, port } = opening.address;
  const client = await /** @type {Promise<InstanceType<typeof InspectorClient>>} */ (
    retry(() => InspectorClient.connect(opening.address), Date.now() + USUAL_MS)
  ).catch((error) => {
    throw new Error(`no inspector at ${host}:${port}: ${error.message}`);
  });
  const patience = setTimeout(() => onStep('its loop is busy; waiting for it'), USUAL_MS);
  try {
    const call = evaluate((...given) => client.call(...given), 'process.pid');
    const why = `its loop has not answered within ${waitSeconds} s: it stands in a call into the system (--wait gives it longer)`;
    const pid = await within(call, waitSeconds * 1000, why);
    if (target && target.pid !== pid && target.root === '' && target.isSameNetwork) {
      const namespace = fs.readlinkSync(`/proc/${target.pid}/ns/pid`);
      if (namespace === fs.readlinkSync('/proc/self/ns/pid')) {
        throw new Error(
          `at ${host}:${port} is the inspector of process ${pid}, not of ${target.pid}`,
        );
      }
    }
    target ??= readTarget(pid);
    return await body(client, target);
  } finally {
    clearTimeout(patience);
    if (opening.isOurs) {
      // The connection goes with it.
      evaluate((...given) => client.call(...given), CLOSE_INSPECTOR).catch(() => {});
      await Promise.race([client.closed, sleep(USUAL_MS)]);
    }
    client.close();
  }
}

/**
 * The threads of a process.
 * @param {AttachOptions} options
 * @returns {Promise<{id: number, title: string}[]>}
 */
function listThreads(options) {
  return withInspector(options, async (client, { command }) => [
    { id: 0, title: command.join(' ') },
    ...(await client.workers()).map(({ id, title }) => ({ id, title })),
  ]);
}

/**
 * @param {InstanceType<typeof InspectorClient>} client
 * @param {number | null} wanted
 * @returns {Promise<import('./inspector-client').Thread[]>}
 */
async function threadsOf(client, wanted) {
  const main = {
    id: 0,
    title: '',
    call: (/** @type {string} */ method, /** @type {object} */ params = {}) =>
      client.call(method, params),
  };
  if (wanted === 0) return [main];
  const all = [main, ...(await client.workers())];
  if (wanted === null) return all;
  const found = all.filter(({ id }) => id === wanted);
  if (found.length > 0) return found;
  const ids = all.map(({ id }) => id).join(', ');
  throw new Error(`it has no thread ${wanted}: there are ${ids} (--list-targets)`);
}

/** Where its files go: beside whoever watches, if it may write there. @param {import('./target').Target} target @param {string} directory */
function directoryFor({ root, uid }, directory) {
  if (root === '' && uid === process.getuid?.()) return directory;
  return path.join('/tmp', `loopdet.${uid}`);
}

/**
 * Loads the addon in the process.
 * @param {AttachOptions} options
 * @param {InstanceType<typeof Listener>} listener
 * @param {import('./target').Target} target
 * @param {InstanceType<typeof InspectorClient>} client
 */
async function load(options, listener, target, client) {
  const { thread, waitSeconds, seconds, onWarning = () => {} } = options;
  const folder = visiblePackage(target) ?? listener.folder;
  if (folder === listener.folder) copyPackage(target.root + folder);
  giveTo(target, target.root + listener.folder);
  const threads = await threadsOf(client, thread);
  const settings = {
    ...options.settings,
    // Its standard error is its own, and so are its signals.
    ...{ quiet: 'on', log: 'off', heapSignal: 'off' },
    directory: directoryFor(target, String(options.settings.directory)),
    summaryS: seconds,
    summaryRepeat: options.repeats === true,
  };
  for (const [at, { id, call }] of threads.entries()) {
    const isReported = id === (thread ?? 0);
    const expression = attachExpression(folder, [listener.path, settings, isReported]);
    const attaching = evaluate(call, expression);
    try {
      await within(attaching, waitSeconds * 1000, `no answer within ${waitSeconds} s`);
    } catch (error) {
      const { message } = /** @type {Error} */ (error);
      if (at === 0)
        throw new Error(`loopdet-addon cannot be loaded in process ${target.pid}: ${message}`);
      onWarning(`worker ${id} is not watched: ${message}`);
    }
  }
  return settings.directory;
}

/** What is known of its end: from its black box. @param {import('./target').Target} target @param {string} directory @returns {{file: string, kind: string} | null} */
function recoverCrash({ pid, root }, directory) {
  if (root !== '' || !fs.existsSync(directory)) return null;
  try {
    const { recover } = require('../cli/black-box');
    const { keepLimits } = require('../cli/environment');
    const found = recover(directory, { keep: false, ...keepLimits() }).find(
      (one) => one.pid === pid && one.file !== undefined,
    );
    return found ? { file: String(found.file), kind: String(found.kind) } : null;
  } catch {
    return null;
  }
}

/**
 * @param {AttachOptions} options
 * @returns {Promise<import('../run/program').Report>} the report, of the last period if there are several
 * @throws {Error} nothing was changed in the process
 */
async function attachProgram(options) {
  const { seconds, repeats = false, stop } = options;
  const first = options.pid === null ? null : readTarget(options.pid);
  let builder = new ReportBuilder();
  builder.threadId = options.thread ?? 0;
  const ended = new AbortController();
  const goingOn = { code: null, signal: null, stopped: false, goesOn: true };
  const listener = new Listener(
    (event) => {
      builder.add(event);
      options.onEvent?.(event);
      if (seconds === 0 || !builder.isWhole || ended.signal.aborted) return;
      if (!repeats) return ended.abort();
      // The last comes as it ends.
      if (event.exitCode !== null) return;
      const next = builder.next();
      options.onReport?.(builder.build(watched.command, goingOn));
      builder = next;
    },
    { root: first?.root },
  );
  await listener.open();
  let directory = '';
  let watched = /** @type {import('./target').Target} */ (first);
  try {
    await withInspector(options, async (client, found) => {
      watched = found;
      builder.pid = found.pid;
      directory = await load(options, listener, found, client);
    });
  } catch (error) {
    await listener.close();
    throw error;
  }
  options.onStart?.(watched.pid);
  stop?.addEventListener('abort', () => ended.abort());
  if (stop?.aborted) ended.abort();
  // Its own clock tells it better, unless its loop stands still.
  const isTimed = seconds > 0 && !repeats;
  const timer = isTimed ? setTimeout(() => ended.abort(), seconds * 1000 + CLOCK_MS) : undefined;
  while (!ended.signal.aborted && isAlive(watched)) await pauseOf(ALIVE_EVERY_MS, ended.signal);
  clearTimeout(timer);
  const isDone = ended.signal.aborted && isAlive(watched);
  // It sends its summary, puts everything back, and closes its end.
  await listener.close(isDone ? LEAVE_MS : undefined);
  const goesOn = isDone && isAlive(watched);
  const crash = goesOn ? null : recoverCrash(watched, directory);
  if (crash) builder.add({ event: 'crash', pid: watched.pid, threadId: 0, ...crash });
  return builder.build(watched.command, { ...goingOn, goesOn });
}

/** @param {number} ms @param {AbortSignal} signal @returns {Promise<void>} */
function pauseOf(ms, signal) {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

module.exports = { attachProgram, listThreads };
