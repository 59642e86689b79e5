/** Self and total time per function of a .cpuprofile, whatever its nodes claim. */

const IDLE = '(idle)';

/**
 * @typedef {object} FunctionTime
 * @property {string} functionName
 * @property {string} url
 * @property {number | null} line 1-based
 * @property {number | null} column 1-based
 * @property {number} selfMs
 * @property {number} totalMs with everything it called
 * @property {number} percent of the time that was not idle, self
 *
 * @typedef {object} ProfileSummary
 * @property {number} durationMs
 * @property {number} samples
 * @property {number} busyMs
 * @property {FunctionTime[]} functions most self time first, without idle time
 */

/**
 * @param {any} profile as the inspector's Profiler domain writes it; times in microseconds
 * @returns {ProfileSummary}
 */
function summarise(profile) {
  const nodes = readNodes(profile.nodes);
  const samples = Array.isArray(profile.samples) ? profile.samples : [];
  const deltas = Array.isArray(profile.timeDeltas) ? profile.timeDeltas : [];
  const start = finite(profile.startTime);
  const end = finite(profile.endTime);
  let now = start;
  for (let index = 0; index < samples.length; index++) {
    now += finite(deltas[index]);
    // A sample lasts until the next one; the last one until the end of the profile.
    const lasts = index + 1 < samples.length ? finite(deltas[index + 1]) : end - now;
    const node = nodes.get(samples[index]);
    if (node && lasts > 0) node.self += lasts;
  }
  const functions = byFunction(nodes);
  let busy = 0;
  for (const entry of functions) if (entry.functionName !== IDLE) busy += entry.self;
  return {
    durationMs: Math.max(0, end - start) / 1000,
    samples: samples.length,
    busyMs: busy / 1000,
    functions: functions
      .filter((entry) => entry.functionName !== IDLE && entry.self > 0)
      .sort((a, b) => b.self - a.self)
      .map(({ self, total, ...place }) => ({
        ...place,
        selfMs: self / 1000,
        totalMs: total / 1000,
        percent: (100 * self) / busy,
      })),
  };
}

/** @param {unknown} value */
const finite = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
/** @param {unknown} value */
const text = (value) => (typeof value === 'string' ? value : '');

/**
 * @typedef {{ key: string, functionName: string, url: string, line: number | null,
 *   column: number | null, children: unknown[], self: number, isChild: boolean }} Node
 */

/**
 * @param {unknown} list
 * @returns {Map<unknown, Node>}
 */
function readNodes(list) {
  const nodes = /** @type {Map<unknown, Node>} */ (new Map());
  for (const raw of Array.isArray(list) ? list : []) {
    const frame = raw?.callFrame;
    if (typeof frame !== 'object' || frame === null) continue;
    const functionName = text(frame.functionName);
    const url = text(frame.url);
    const line = Number.isInteger(frame.lineNumber) ? frame.lineNumber + 1 : null;
    const column = Number.isInteger(frame.columnNumber) ? frame.columnNumber + 1 : null;
    nodes.set(raw.id, {
      key: `${functionName}\n${url}\n${line}\n${column}`,
      functionName,
      url,
      // V8 gives -1 to what has no source: (program), (garbage collector), native functions.
      line: line || null,
      column: column || null,
      children: Array.isArray(raw.children) ? raw.children : [],
      self: 0,
      isChild: false,
    });
  }
  for (const node of nodes.values()) {
    for (const id of node.children) {
      const child = nodes.get(id);
      if (child) child.isChild = true;
    }
  }
  return nodes;
}

/**
 * Sums over the tree without recursion: stacks of a profile may be deep, and a damaged one may
 * hold a circle. A function that calls itself counts once in its total.
 * @param {Map<unknown, Node>} nodes
 */
function byFunction(nodes) {
  const result = /** @type {Map<string, any>} */ (new Map());
  const visited = new Set();
  const open = /** @type {Map<string, number>} */ (new Map());
  /** @type {{ node: Node, next: number, total: number }[]} */
  const path = [];
  const enter = (/** @type {Node} */ node) => {
    visited.add(node);
    open.set(node.key, (open.get(node.key) ?? 0) + 1);
    path.push({ node, next: 0, total: node.self });
  };
  for (const root of nodes.values()) {
    if (root.isChild || visited.has(root)) continue;
    enter(root);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const child = nodes.get(top.node.children[top.next++]);
      if (child && !visited.has(child)) enter(child);
      if (top.next <= top.node.children.length || path.at(-1) !== top) continue;
      path.pop();
      const parent = path.at(-1);
      if (parent) parent.total += top.total;
      const depth = /** @type {number} */ (open.get(top.node.key)) - 1;
      open.set(top.node.key, depth);
      const { functionName, url, line, column, key, self } = top.node;
      const entry = result.get(key) ?? { functionName, url, line, column, self: 0, total: 0 };
      entry.self += self;
      if (depth === 0) entry.total += top.total;
      result.set(key, entry);
    }
  }
  return [...result.values()];
}

module.exports = { summarise };
