/** What /proc says of a process that is to be watched. */

const fs = require('node:fs');
const path = require('node:path');

// SIGUSR1 (10) in the bits of /proc/PID/status.
const SIGUSR1_BIT = 1n << 9n;
const LISTENS = '0A';
const DEFAULT_PORT = 9229;
// Of Node's own functions; what is linked with it (Electron, single executables) exports it, too.
const NODE_SYMBOL = 'node_module_register';

/**
 * @typedef {object} Target
 * @property {number} pid
 * @property {number} uid whose it is
 * @property {number} gid
 * @property {string[]} command
 * @property {string} root where its files are for us: "" if we see the same ones
 * @property {boolean} isSameNetwork whether its 127.0.0.1 is ours
 * @property {string} startTime by which it is told from a later process with its number
 */

/** @param {string} file @returns {string | null} */
function readText(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** @param {string} link @returns {string | null} */
function readLink(link) {
  try {
    return fs.readlinkSync(link);
  } catch {
    return null;
  }
}

/** Of /proc/PID/stat, from the state on: a command's name may have spaces. @param {number} pid */
function statFields(pid) {
  const text = readText(`/proc/${pid}/stat`);
  return text === null ? null : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** @param {number} pid @returns {string[]} */
const commandOf = (pid) => (readText(`/proc/${pid}/cmdline`) ?? '').split('\0').filter(Boolean);

/** @param {number} pid */
function isCalledNode(pid) {
  const exe = readLink(`/proc/${pid}/exe`) ?? '';
  return /^node(?:js)?(?:-?[\d.]+)?$/.test(path.basename(exe.replace(/ \(deleted\)$/, '')));
}

/** @param {number} pid */
function isNode(pid) {
  if (isCalledNode(pid)) return true;
  if (/\/libnode\.so/.test(readText(`/proc/${pid}/maps`) ?? '')) return true;
  try {
    return fs.readFileSync(`/proc/${pid}/exe`).includes(NODE_SYMBOL);
  } catch {
    return false;
  }
}

/**
 * @param {number} pid
 * @returns {Target}
 * @throws {Error} which says why it cannot be attached to, and what to do
 */
function readTarget(pid) {
  const fields = statFields(pid);
  const status = readText(`/proc/${pid}/status`);
  if (!fields || !status) throw new Error(`there is no process ${pid}`);
  if (fields[0] === 'Z' || fields[0] === 'X') throw new Error(`process ${pid} has ended`);
  const of = (/** @type {string} */ name) =>
    (status.match(new RegExp(`^${name}:\\s*(.*)$`, 'm'))?.[1] ?? '').split(/\s+/);
  const command = commandOf(pid);
  const uid = Number(of('Uid')[1]);
  const name = command.length > 0 ? path.basename(command[0]) : fields[0];
  if (readLink(`/proc/${pid}/ns/mnt`) === null) {
    throw new Error(
      `process ${pid} (${name}) belongs to user ${uid}, and you may not look into it: run loopdet as that user, or with sudo`,
    );
  }
  if (!isNode(pid)) throw new Error(`process ${pid} (${name}) is no Node.js process`);
  const isSame = (/** @type {string} */ space) =>
    readLink(`/proc/${pid}/ns/${space}`) === readLink(`/proc/self/ns/${space}`);
  return {
    pid,
    uid,
    gid: Number(of('Gid')[1]),
    command,
    root: isSame('mnt') && readLink(`/proc/${pid}/root`) === '/' ? '' : `/proc/${pid}/root`,
    isSameNetwork: isSame('net'),
    startTime: fields[19],
  };
}

/** Those that are Node.js by their name. @returns {{pid: number, command: string[]}[]} */
function listNodeProcesses() {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && isCalledNode(Number(name)))
    .map((name) => ({ pid: Number(name), command: commandOf(Number(name)) }));
}

/** Whether it still is the process that it was. @param {Target} target */
function isAlive({ pid, startTime }) {
  const fields = statFields(pid);
  return fields !== null && fields[0] !== 'Z' && fields[0] !== 'X' && fields[19] === startTime;
}

/** Whether SIGUSR1 would reach a handler: it ends a process that has none. @param {Target} target */
function handlesSignal({ pid }) {
  const caught = readText(`/proc/${pid}/status`)?.match(/^SigCgt:\s*([\da-f]+)/m)?.[1];
  return caught !== undefined && (BigInt(`0x${caught}`) & SIGUSR1_BIT) !== 0n;
}

/** @param {number} pid @returns {Map<string, number>} port by the socket's inode, of all that listens in its network */
function listeningSockets(pid) {
  const found = new Map();
  for (const table of ['tcp', 'tcp6']) {
    const [, ...rows] = (readText(`/proc/${pid}/net/${table}`) ?? '').trim().split('\n');
    for (const row of rows) {
      const [, local, , state, , , , , , inode] = row.trim().split(/\s+/);
      if (state === LISTENS)
        found.set(inode, Number.parseInt(local.slice(local.lastIndexOf(':') + 1), 16));
    }
  }
  return found;
}

/** @param {number} pid @returns {Set<string>} inodes of its sockets */
function socketsOf(pid) {
  const found = new Set();
  try {
    for (const name of fs.readdirSync(`/proc/${pid}/fd`)) {
      const inode = readLink(`/proc/${pid}/fd/${name}`)?.match(/^socket:\[(\d+)\]$/)?.[1];
      if (inode) found.add(inode);
    }
  } catch {
    // It has ended, or is another user's.
  }
  return found;
}

/** Ports on which the process listens. @param {Target} target @returns {number[]} */
function listeningPorts({ pid }) {
  const own = socketsOf(pid);
  return [...listeningSockets(pid)].filter(([inode]) => own.has(inode)).map(([, port]) => port);
}

/** Who listens on a port, as a person names it; null: nobody, or a process that we may not look into. @param {Target} target @param {number} port */
function ownerOf({ pid }, port) {
  const inode = [...listeningSockets(pid)].find(([, one]) => one === port)?.[0];
  if (!inode) return null;
  for (const name of fs.readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || !socketsOf(Number(name)).has(inode)) continue;
    return `process ${name} (${commandOf(Number(name)).join(' ')})`;
  }
  return 'another process';
}

/**
 * What its options say of its inspector.
 * @param {Target} target
 * @returns {{isOpen: boolean, port: number}} isOpen: it opened it as it started
 */
function inspectorOptions({ pid, command }) {
  const environment = (readText(`/proc/${pid}/environ`) ?? '').split('\0');
  const inherited = environment.find((one) => one.startsWith('NODE_OPTIONS='))?.slice(13) ?? '';
  let isOpen = false;
  let port = DEFAULT_PORT;
  for (const word of [...inherited.split(/\s+/), ...command.slice(1)]) {
    const given = word.match(/^--inspect(-brk|-wait|-port)?(?:=(?:.*:)?(\d+))?$/);
    if (!given) continue;
    if (given[1] !== '-port') isOpen = true;
    if (given[2]) port = Number(given[2]);
  }
  return { isOpen, port };
}

module.exports = {
  handlesSignal,
  inspectorOptions,
  isAlive,
  listNodeProcesses,
  listeningPorts,
  ownerOf,
  readTarget,
};
