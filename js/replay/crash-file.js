/**
 * Reads what loopdet writes: crash files, stall files, CPU profiles, reports of `loopdet run`, and the files of
 * inspector-postmortem. A file is untrusted input: whatever it holds, the reader either answers a
 * document in which every named field has its documented type, or throws one UnreadableFile.
 */

const fs = require('node:fs');
const path = require('node:path');
const zlib = require('node:zlib');
const { fileURLToPath } = require('node:url');

/** Above this V8 cannot hold the text as one string. */
const MAX_BYTES = 500e6;
/** Deeper documents would overflow the stack of JSON.stringify and of every recursive reader. */
const MAX_DEPTH = 200;
/** Deeper ones are not even parsed: each level costs memory, and no honest file comes near. */
const MAX_PARSED_DEPTH = 10_000;
const GIVE_OURS = 'give a crash.*.json, stall.*.json or *.cpuprofile file';
const COPY_AGAIN = 'copy it again from where it was written';

/**
 * @typedef {'crash' | 'stall' | 'profile' | 'report'} FileType
 * @typedef {object} LoadedFile
 * @property {FileType} type
 * @property {string} file path as given
 * @property {number} bytes size on disk
 * @property {'loopdet' | 'inspector-postmortem' | 'v8'} origin who defined the format
 * @property {any} document the normalised document; see interface.md and schema/
 * @property {Map<any, string>} [originals] the text of what a frame's script was made from, by frame
 * @property {string[]} notes what a reader should know about how the file was read
 */

/** One line for a person: which file, what is wrong with it, what to do. */
class UnreadableFile extends Error {
  /**
   * @param {string} file
   * @param {string} problem
   * @param {string} remedy
   */
  constructor(file, problem, remedy) {
    super(`${file}: ${problem}; ${remedy}`);
    this.name = 'UnreadableFile';
    this.code = 'ERR_LOOPDET_UNREADABLE_FILE';
    this.file = file;
    this.problem = problem;
    this.remedy = remedy;
  }
}

/**
 * @param {string} file
 * @param {{maxBytes: number}} [limit] a larger one is not read
 * @returns {LoadedFile}
 */
function readFile(file, { maxBytes } = { maxBytes: MAX_BYTES }) {
  const bytes = readBytes(file, maxBytes);
  const raw = parse(file, bytes.content);
  try {
    return { file, bytes: bytes.size, ...interpret(file, raw) };
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    // The shapes below should leave nothing to chance; if one does, it is still one line.
    const { message } = /** @type {Error} */ (error);
    throw new UnreadableFile(file, `cannot be understood (${message})`, 'please report it');
  }
}

/** @param {string} file @param {number} maxBytes */
function readBytes(file, maxBytes) {
  const problems = /** @type {Record<string, [string, string]>} */ ({
    ENOENT: ['no such file', 'loopdet ls DIR lists the files of a directory'],
    EACCES: ['permission denied', 'files are written with mode 0600: read them as their owner'],
    EISDIR: ['is a directory', 'loopdet ls DIR lists the files in it'],
  });
  let descriptor;
  try {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer for ever.
    descriptor = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const stat = fs.fstatSync(descriptor);
    if (stat.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    if (!stat.isFile()) throw new UnreadableFile(file, 'is not a regular file', 'give a file');
    refuseOtherFormats(file, descriptor, stat.size, maxBytes);
    const content = fs.readFileSync(descriptor);
    const isCompressed = content[0] === 0x1f;
    return { size: stat.size, content: isCompressed ? gunzip(file, content, maxBytes) : content };
  } catch (error) {
    if (error instanceof UnreadableFile) throw error;
    const code = /** @type {NodeJS.ErrnoException} */ (error).code ?? 'unknown error';
    const [problem, remedy] = problems[code] ?? [`cannot be read (${code})`, 'check the path'];
    throw new UnreadableFile(file, problem, remedy);
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/**
 * Some files are told by their first bytes, and may be far too large to load.
 * @param {string} file
 * @param {number} descriptor
 * @param {number} size
 * @param {number} maxBytes
 */
function refuseOtherFormats(file, descriptor, size, maxBytes) {
  const head = Buffer.alloc(1024);
  const length = fs.readSync(descriptor, head, 0, head.length, 0);
  const text = head.toString('latin1', 0, length);
  if (size === 0) {
    throw new UnreadableFile(file, 'is empty', 'its process may have died before it was written');
  }
  if (/^\s*\{\s*"snapshot"\s*:/.test(text)) {
    throw new UnreadableFile(
      file,
      'is a heap snapshot',
      'open it in Chrome DevTools (Memory, then Load)',
    );
  }
  if (text.charCodeAt(0) !== 0x1f && text.includes('\0')) {
    throw new UnreadableFile(file, 'is a binary file, not JSON', GIVE_OURS);
  }
  if (size > maxBytes) {
    const remedy =
      maxBytes < MAX_BYTES ? 'loopdet show FILE reads it' : 'lower LOOPDET_CAPTURE_MAX_BYTES';
    throw new UnreadableFile(file, `is larger than ${maxBytes / 1e6} MB`, remedy);
  }
}

/**
 * @param {string} file
 * @param {Buffer} content
 * @param {number} maxBytes
 */
function gunzip(file, content, maxBytes) {
  try {
    return zlib.gunzipSync(content, { maxOutputLength: maxBytes });
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    throw new UnreadableFile(file, `cannot be decompressed (${code ?? message})`, COPY_AGAIN);
  }
}

/**
 * @param {string} file
 * @param {Buffer} content
 * @returns {Record<string, any>}
 */
function parse(file, content) {
  const copyAgain = file.endsWith('.partial')
    ? 'its process died, or is not done yet: a finished file has no .partial'
    : COPY_AGAIN;
  const outline = scan(content);
  if (!outline.isObject) {
    throw new UnreadableFile(file, 'is not a JSON object', GIVE_OURS);
  }
  if (outline.maxDepth > MAX_PARSED_DEPTH) {
    throw new UnreadableFile(
      file,
      `is nested more than ${MAX_PARSED_DEPTH} levels deep`,
      'no file of loopdet is: do not trust it',
    );
  }
  if (outline.unfinished) {
    throw new UnreadableFile(file, `is cut short after ${content.length} bytes`, copyAgain);
  }
  if (outline.documents > 1) {
    throw new UnreadableFile(
      file,
      `holds ${outline.documents} JSON documents`,
      `live events are for jq: ${GIVE_OURS}`,
    );
  }
  try {
    return JSON.parse(content.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    const at = / at position (\d+)/.exec(/** @type {Error} */ (error).message);
    throw new UnreadableFile(
      file,
      at ? `is damaged at character ${at[1]} (not JSON)` : 'is damaged (not JSON)',
      copyAgain,
    );
  }
}

/**
 * Finds the outline of a JSON text without building anything: cheap, and the only way to tell a
 * file that was cut from one that was altered, or a nest of brackets before it takes all memory.
 * @param {Buffer} content
 */
function scan(content) {
  let depth = 0;
  let maxDepth = 0;
  let inString = false;
  let first = 0;
  let documents = 0;
  for (let index = 0; index < content.length; index++) {
    const byte = content[index];
    if (inString) {
      if (byte === 0x5c) index++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      if (depth === 0) documents++;
      if (++depth > maxDepth) maxDepth = depth;
    } else if (byte === 0x7d || byte === 0x5d) depth--;
    // Byte order mark and white space may stand before the object.
    if (first === 0 && byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf) first = byte;
  }
  return { isObject: first === 0x7b, documents, maxDepth, unfinished: inString || depth > 0 };
}

/**
 * @param {string} file
 * @param {Record<string, any>} raw
 * @returns {Pick<LoadedFile, 'type' | 'origin' | 'document' | 'notes'>}
 */
function interpret(file, raw) {
  const notes = cutDepth(raw, MAX_DEPTH)
    ? [`values nested deeper than ${MAX_DEPTH} levels were left out`]
    : [];
  if (Array.isArray(raw.nodes) && isObject(raw.nodes[0]) && 'callFrame' in raw.nodes[0]) {
    return { type: 'profile', origin: 'v8', document: raw, notes };
  }
  if (raw.schemaVersion === undefined && (Array.isArray(raw.Paused) || raw.RemoteObjects)) {
    const document = crashFile(fromPostmortem(raw));
    return { type: 'crash', origin: 'inspector-postmortem', document, notes };
  }
  if (raw.header?.reportVersion !== undefined && raw.schemaVersion === undefined) {
    throw new UnreadableFile(file, "is a diagnostic report of Node's own", GIVE_OURS);
  }
  if (typeof raw.schemaVersion === 'number' && raw.schemaVersion > 1) {
    throw new UnreadableFile(
      file,
      `was written by a newer loopdet (schemaVersion ${raw.schemaVersion})`,
      'update loopdet-addon',
    );
  }
  if (raw.schemaVersion === 1 && raw.kind === 'stall') {
    return { type: 'stall', origin: 'loopdet', document: stallFile(raw), notes };
  }
  if (raw.schemaVersion === 1 && raw.kind === 'report') {
    return { type: 'report', origin: 'loopdet', document: runReport(raw), notes };
  }
  if (raw.schemaVersion === 1 && typeof raw.kind === 'string') {
    return { type: 'crash', origin: 'loopdet', document: crashFile(raw), notes };
  }
  throw new UnreadableFile(
    file,
    'is JSON, but no crash file, stall file or CPU profile',
    GIVE_OURS,
  );
}

/**
 * Replaces, in place, whatever is nested deeper than `limit`. Iterative: the input may be deep.
 * @param {object} root
 * @param {number} limit
 * @returns {boolean} whether anything was replaced
 */
function cutDepth(root, limit) {
  let cut = false;
  let level = [/** @type {any} */ (root)];
  for (let depth = 1; level.length > 0; depth++) {
    const next = [];
    for (const container of level) {
      for (const key of Object.keys(container)) {
        const value = container[key];
        if (typeof value !== 'object' || value === null) continue;
        if (depth < limit) next.push(value);
        else {
          container[key] = '[nested too deeply]';
          cut = true;
        }
      }
    }
    level = next;
  }
  return cut;
}

// ---- Shapes: each takes anything and answers the documented type, or null -----------------------

/** @typedef {(value: any) => any} Shape */

/** @param {any} value */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @type {Shape} */
const text = (value) => (typeof value === 'string' ? value : null);
/** @type {Shape} */
const number = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : null);
/** @type {Shape} */
const flag = (value) => value === true;
/** @type {Shape} */
const textOrNumber = (value) => text(value) ?? number(value);
/** @type {Shape} */
const word = (value) => text(value) ?? '';
/** @type {Shape} */
const openMap = (value) => (isObject(value) ? value : {});
/** @type {(of: Shape) => Shape} */
const listOf = (of) => (value) =>
  Array.isArray(value) ? value.map(of).filter((item) => item !== null) : [];
/** @type {Shape} */
const anyList = (value) => (Array.isArray(value) ? value : []);

/**
 * An object whose named fields have their type; fields without a shape are kept as they are.
 * `optional` ones are not added when they are absent.
 * @param {Record<string, Shape>} fields
 * @param {Record<string, Shape>} [optional]
 * @returns {Shape}
 */
function shape(fields, optional = {}) {
  return (value) => {
    if (!isObject(value)) return null;
    const result = { ...value };
    for (const name of Object.keys(fields)) result[name] = fields[name](value[name]);
    for (const name of Object.keys(optional)) {
      if (Object.hasOwn(value, name)) result[name] = optional[name](value[name]);
    }
    return result;
  };
}

/**
 * A section of a crash file: what `of` makes of it, or `{error}` when it says so or is unusable.
 * @param {any} value
 * @param {Shape} of
 */
function section(value, of) {
  if (failed(value)) return value;
  if (value === undefined) return { error: 'not in this file' };
  const result = of(value);
  const found = Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`;
  return result ?? { error: `not usable: ${found} stands in its place` };
}

/**
 * Whether a section could not be made and says why in `error`.
 * @param {any} value
 * @returns {value is { error: string }}
 */
function failed(value) {
  return isObject(value) && typeof value.error === 'string' && Object.keys(value).length === 1;
}

/** @type {Shape} */
const stackEntry = shape({ functionName: word, url: word, line: number, column: number });
const stack = listOf(stackEntry);
const sample = shape({ count: number, stack });
/** @type {Shape} */
const syscall = (value) =>
  typeof value === 'string' ? { name: value } : shape({ name: word }, { target: text })(value);
const variableValue = shape({ type: word, text: word });
const frame = shape({
  functionName: word,
  url: word,
  line: number,
  column: number,
  scriptId: (value) => textOrNumber(value)?.toString() ?? null,
  inApp: flag,
  this: variableValue,
  scopes: listOf(
    shape({
      type: word,
      name: text,
      variables: listOf(shape({ name: word, value: variableValue })),
    }),
  ),
});
/** @type {Shape} */
const errorShape = (value) =>
  shape(
    { name: text, message: text, stack: text },
    {
      code: textOrNumber,
      properties: openMap,
      cause: errorShape,
      errors: listOf(errorShape),
      thrownValue: variableValue,
    },
  )(value);
/** @type {Shape} */
const header = shape({
  dumpEventTime: text,
  processId: number,
  threadId: number,
  nodejsVersion: text,
  v8Version: text,
  platform: text,
  arch: text,
  hostname: text,
  cwd: text,
  commandLine: listOf(text),
  execArgv: listOf(text),
  uptimeMs: number,
  loopdetVersion: text,
  container: shape({ memoryLimitBytes: number, cpuQuota: number }),
});
const histogram = shape({
  count: number,
  minMs: number,
  maxMs: number,
  meanMs: number,
  p50Ms: number,
  p90Ms: number,
  p99Ms: number,
});
const accounting = shape({
  wallMs: number,
  cpuMs: number,
  runQueueMs: number,
  gcMs: number,
  throttledMs: number,
  stoppedMs: number,
});
const operation = shape(
  { kind: word, target: text, startTime: text, durationMs: number, stack },
  { method: text, status: textOrNumber, error: text, firstByteMs: number, sharedStack: flag },
);
const lagEvent = shape({ time: text, durationMs: number, cause: text, stack });
const topFunction = shape({
  functionName: word,
  url: word,
  line: number,
  selfMs: number,
  percent: number,
});

/** Every section after `frames`, in the order of the file. @type {Record<string, Shape>} */
const SECTIONS = {
  capture: shape({ mode: text, elapsedMs: number }, { reason: text }),
  lag: shape({
    thresholdMs: number,
    histogram: (value) => (failed(value) ? value : (histogram(value) ?? histogram({}))),
    events: listOf(lagEvent),
  }),
  stall: shape(
    { sinceMs: number, samples: listOf(sample), syscall, cause: text },
    { native: listOf(text), accounting, io: listOf(operation) },
  ),
  io: shape({
    slow: listOf(operation),
    inFlight: listOf(operation),
    threadPool: shape({ size: number, queueDelayMs: number, saturatedMs: number }),
  }),
  memory: shape(
    {
      rss: number,
      heapUsed: number,
      heapLimit: number,
      external: number,
      arrayBuffers: number,
      spaces: listOf(shape({ name: word })),
    },
    {
      classes: (value) =>
        failed(value) ? value : listOf(shape({ name: word, count: number }))(value),
    },
  ),
  resources: shape({
    userCpuUs: number,
    systemCpuUs: number,
    maxRss: number,
    fsRead: number,
    fsWrite: number,
  }),
  handles: shape({ active: listOf(shape({ type: word })), requests: anyList }),
  gc: shape({ count: number, totalMs: number, byKind: openMap }),
  profile: shape({
    file: text,
    durationMs: number,
    samples: number,
    topFunctions: listOf(topFunction),
    patterns: anyList,
  }),
  redaction: shape({ count: number, rules: anyList }),
  overhead: shape(
    { hooksMs: number, captureMs: number, writeMs: number },
    {
      ...{ samplesMs: number, ioMs: number, workMs: number, profilerMs: number },
      ...{ monitorMs: number, totalMs: number, share: number, slower: number },
    },
  ),
  Paused: (value) =>
    Array.isArray(value) ? listOf((item) => (isObject(item) ? item : null))(value) : null,
  RemoteObjects: (value) => (isObject(value) ? value : null),
  Scripts: (value) => (isObject(value) ? value : null),
  Report: (value) => (isObject(value) ? value : null),
};
/** Only of files that were recovered from a black box. */
const blackbox = shape({
  state: word,
  detail: number,
  lastSignOfLife: text,
  process: openMap,
  records: number,
  lost: number,
  skipped: number,
  memory: shape({ time: text, rss: number, used: number, limit: number }),
  threads: listOf(
    shape({
      threadId: number,
      busyMs: number,
      waiting: (value) => (typeof value === 'boolean' ? value : null),
      heapUsed: number,
      heapLimit: number,
      inFlight: number,
    }),
  ),
  notes: listOf(shape({ key: word, time: text })),
  fatal: shape({}, { signal: word, address: text, threadName: text, native: listOf(openMap) }),
  events: listOf(shape({ event: word, time: text })),
  damage: openMap,
});
/** These may be null: there was no stall, no profiler. */
const NULLABLE = new Set(['stall', 'profile']);

/**
 * @param {Record<string, any>} raw
 * @returns {Record<string, any>} every section present, error, header and frames first
 */
function crashFile(raw) {
  const result = /** @type {Record<string, any>} */ ({
    schemaVersion: 1,
    complete: raw.complete === true,
    truncated: anyList(raw.truncated),
    kind: word(raw.kind),
    ...(raw.handled === undefined ? {} : { handled: raw.handled === true }),
    ...(raw.reason === undefined ? {} : { reason: word(raw.reason) }),
    error: raw.error === null ? null : section(raw.error, errorShape),
    header: section(raw.header, header),
    frames: section(raw.frames, (value) => (Array.isArray(value) ? listOf(frame)(value) : null)),
  });
  for (const [name, of] of Object.entries(SECTIONS)) {
    result[name] = raw[name] === null && NULLABLE.has(name) ? null : section(raw[name], of);
  }
  if (raw.blackbox !== undefined) result.blackbox = section(raw.blackbox, blackbox);
  for (const name of Object.keys(raw)) {
    if (name !== '__proto__' && !Object.hasOwn(result, name)) result[name] = raw[name];
  }
  return result;
}

/** @type {(raw: Record<string, any>) => Record<string, any>} */
const stallFile = (raw) => ({
  ...raw,
  complete: raw.complete === true,
  header: section(raw.header, header),
  stall: section(
    raw.stall,
    shape(
      { sinceMs: number, cause: text, samples: listOf(sample), accounting },
      { durationMs: number, syscall, native: listOf(text), io: listOf(operation) },
    ),
  ),
  ...(raw.io === undefined ? {} : { io: section(raw.io, shape({ inFlight: listOf(operation) })) }),
  ...(raw.profile === undefined ? {} : { profile: shape({ file: text })(raw.profile) }),
});

const memoryValues = shape({ rss: number, heapUsed: number, limit: number });
const sums = { count: number, totalMs: number, maxMs: number };
const runSections = shape({
  complete: flag,
  command: listOf(text),
  pid: number,
  startTime: text,
  durationMs: number,
  end: shape({
    code: number,
    signal: text,
    stopped: flag,
    goesOn: flag,
    crash: shape({ file: word, kind: word }),
  }),
  lag: shape({
    thresholdMs: number,
    count: number,
    histogram,
    byFunction: listOf(
      shape({ functionName: word, url: word, line: number, ...sums, causes: listOf(text) }),
    ),
    events: listOf(lagEvent),
    unfinished: shape({ sinceMs: number, cause: text, stack }),
  }),
  io: shape({
    count: number,
    byTarget: listOf(shape({ kind: word, target: word, ...sums, errors: number })),
    slow: listOf(operation),
  }),
  threadPool: shape({ saturations: number, longestMs: number }),
  gc: shape({ count: number, totalMs: number }),
  memory: shape({
    before: memoryValues,
    after: memoryValues,
    maxRss: number,
    maxHeapUsed: number,
  }),
  heap: shape({
    spaces: listOf(shape({ name: word, size: number, used: number })),
    classes: listOf(shape({ name: word, count: number })),
    file: text,
  }),
  warnings: listOf(shape({ code: word, message: word })),
  files: listOf(text),
});

/** @type {(raw: Record<string, any>) => Record<string, any>} */
function runReport(raw) {
  const result = runSections(raw);
  const lists = { byFunction: [], events: [], byTarget: [], slow: [] };
  const empty = { count: 0, code: null, signal: null, ...lists };
  for (const name of ['end', 'lag', 'io', 'threadPool']) result[name] ??= empty;
  if (result.memory && !(result.memory.before && result.memory.after)) result.memory = null;
  result.profile = failed(raw.profile) ? raw.profile : SECTIONS.profile(raw.profile);
  return result;
}

// ---- The files of inspector-postmortem: only the raw protocol objects and Node's report ----------

/**
 * @param {Record<string, any>} raw
 * @returns {Record<string, any>} the sections of a crash file that can be told from it
 */
function fromPostmortem(raw) {
  const paused = openMap(anyList(raw.Paused)[0]);
  const objects = openMap(raw.RemoteObjects);
  const report = openMap(raw.Report);
  const node = openMap(report.header);
  const heap = openMap(report.javascriptHeap);
  const gone = { error: 'inspector-postmortem does not record it' };
  return {
    complete: true,
    truncated: [],
    kind: paused.reason === 'promiseRejection' ? 'unhandledRejection' : 'uncaughtException',
    error: paused.data ? thrown(paused.data, objects) : { error: 'the file holds no error' },
    header: {
      ...pick(node, ['dumpEventTime', 'processId', 'threadId', 'nodejsVersion']),
      v8Version: node.componentVersions?.v8,
      ...pick(node, ['platform', 'arch']),
      hostname: node.host,
      ...pick(node, ['cwd', 'commandLine']),
    },
    frames: Array.isArray(paused.callFrames)
      ? paused.callFrames.map((/** @type {any} */ item) =>
          protocolFrame(item, objects, openMap(raw.Scripts)),
        )
      : { error: 'the file holds no paused frames' },
    capture: { mode: 'always', reason: 'written by inspector-postmortem', elapsedMs: null },
    ...{ lag: gone, stall: null, io: gone },
    memory: {
      rss: report.resourceUsage?.rss,
      heapUsed: heap.usedMemory,
      heapLimit: heap.memoryLimit,
      external: heap.externalMemory,
    },
    ...{ resources: gone, handles: gone, gc: gone, profile: null, redaction: gone, overhead: gone },
    ...{ Paused: raw.Paused, RemoteObjects: objects, Scripts: raw.Scripts, Report: raw.Report },
  };
}

/**
 * @param {Record<string, any>} from
 * @param {string[]} names
 */
const pick = (from, names) => Object.fromEntries(names.map((name) => [name, from[name]]));

/** @typedef {Record<string, any>} Objects */

/**
 * @param {any} remote
 * @param {Objects} objects
 * @param {number} [depth]
 * @returns {Record<string, any>}
 */
function thrown(remote, objects, depth = 0) {
  const value = openMap(remote);
  if (value.subtype !== 'error') {
    return { name: null, message: null, stack: null, thrownValue: protocolValue(value, objects) };
  }
  const description = word(value.description);
  const head = description.split(/\n {4}at /, 1)[0];
  const named = /^([\w$.]*(?:Error|Exception))(?:: |$)/.exec(head);
  const own = ownProperties(value, objects);
  const cause = depth < 16 && own.find((property) => property.name === 'cause')?.value;
  const known = new Set(['stack', 'message', 'cause', 'name', 'code']);
  const rest = own.filter((property) => !known.has(property.name));
  const code = own.find((property) => property.name === 'code')?.value?.value;
  return {
    name: named?.[1] ?? text(value.className),
    message: named ? head.slice(named[0].length) : head,
    stack: description,
    ...(code === undefined ? {} : { code }),
    properties: Object.fromEntries(
      rest.map((property) => [property.name, protocolValue(property.value, objects)]),
    ),
    ...(cause ? { cause: thrown(cause, objects, depth + 1) } : {}),
  };
}

/**
 * @param {any} raw
 * @param {Objects} objects
 * @param {Record<string, any>} scripts
 */
function protocolFrame(raw, objects, scripts) {
  const call = openMap(raw);
  const location = openMap(call.location);
  const id = textOrNumber(location.scriptId) ?? '';
  const script = openMap(Object.hasOwn(scripts, id) ? scripts[id] : null);
  const url = text(call.url) || word(script.params?.url);
  return {
    functionName: call.functionName,
    url,
    line: oneBased(location.lineNumber),
    column: oneBased(location.columnNumber),
    scriptId: location.scriptId,
    inApp: isInApp(url),
    this: protocolValue(call.this, objects),
    scopes: anyList(call.scopeChain).map((/** @type {any} */ item) => ({
      type: item?.type,
      name: item?.name,
      // The global object has hundreds of properties and tells nothing about the crash.
      variables: item?.type === 'global' ? [] : variablesOf(item?.object, objects),
    })),
  };
}

/**
 * @param {any} remote
 * @param {Objects} objects
 */
function variablesOf(remote, objects) {
  return ownProperties(remote, objects).map((property) => ({
    name: property.name,
    value: protocolValue(property.value, objects),
  }));
}

/**
 * @param {any} remote
 * @param {Objects} objects
 * @returns {any[]}
 */
function ownProperties(remote, objects) {
  const id = text(remote?.objectId);
  const answer = id !== null && Object.hasOwn(objects, id) ? openMap(objects[id]) : {};
  return anyList(answer.result).filter(
    (/** @type {any} */ item) => isObject(item) && typeof item.name === 'string',
  );
}

/** @param {any} value 0-based position of the protocol */
const oneBased = (value) => (Number.isInteger(value) && value >= 0 ? value + 1 : null);

/**
 * @param {any} remote
 * @param {Objects} objects
 */
const protocolValue = (remote, objects) => ({
  type: word(remote?.type) || 'accessor',
  text: describe(remote, objects, 2),
});

/**
 * What a person would expect of a value in a terminal, from recorded protocol objects alone.
 * @param {any} remote
 * @param {Objects} objects
 * @param {number} depth levels of properties still to show
 * @returns {string}
 */
function describe(remote, objects, depth) {
  if (!isObject(remote)) return '[Getter]';
  const description = word(remote.description).split('\n', 1)[0].slice(0, 200);
  if (remote.type === 'string') return JSON.stringify(word(remote.value).slice(0, 1000));
  if (remote.type === 'function') {
    const named = ownProperties(remote, objects).find((property) => property.name === 'name');
    const source = /^(?:async )?(?:function\*?|class)\s*([\w$]+)/.exec(description);
    const name = text(named?.value?.value) || source?.[1];
    return name ? `[Function: ${name}]` : '[Function (anonymous)]';
  }
  if (remote.type !== 'object') {
    const isPrimitive = ['boolean', 'number'].includes(typeof remote.value);
    return description || (isPrimitive ? `${remote.value}` : word(remote.type));
  }
  if (remote.subtype === 'null') return 'null';
  if (['regexp', 'date', 'error', 'proxy', 'promise'].includes(remote.subtype)) return description;
  const isArray = remote.subtype === 'array';
  const isPlain = description === 'Object' || description === '';
  const own = ownProperties(remote, objects).filter(
    (/** @type {any} */ item) => item.enumerable === true,
  );
  if (own.length === 0 || depth === 0) {
    if (!isPlain) return description;
    return own.length === 0 && Object.hasOwn(objects, remote.objectId) ? '{}' : '{…}';
  }
  const shown = own.slice(0, 20).map((/** @type {any} */ item) => {
    const value = describe(item.value, objects, depth - 1);
    return isArray && /^\d+$/.test(item.name) ? value : `${item.name}: ${value}`;
  });
  if (own.length > shown.length) shown.push(`… ${own.length - shown.length} more`);
  if (isArray) return `[${shown.join(', ')}]`;
  return `${isPlain ? '' : `${description} `}{${shown.join(', ')}}`;
}

/**
 * Whether a script belongs to the program and not to Node or to a package it uses.
 * @param {string} url
 */
function isInApp(url) {
  return url !== '' && !/^(?:node|evalmachine|wasm):/.test(url) && !url.includes('/node_modules/');
}

/**
 * The path of a script, or its URL when it is no file.
 * @param {string} url
 */
function pathOfUrl(url) {
  if (!url.startsWith('file:')) return url;
  try {
    return path.normalize(fileURLToPath(url));
  } catch {
    return url;
  }
}

module.exports = { UnreadableFile, failed, interpret, isInApp, pathOfUrl, readFile };
