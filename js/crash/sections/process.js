'use strict';

const {
  getActiveResourcesInfo,
  loadBuiltin,
  memoryUsage,
  processReport,
  resourceUsage,
} = require('../../builtins.js');
const { adopt } = require('../../adopt.js');
const { redactArguments, redactValue } = require('../redact.js');
const { withDefaultStackFormatting } = require('../stack-format.js');

/** `memory`: bytes. */
function memorySection() {
  const { rss, heapUsed, external, arrayBuffers } = memoryUsage();
  const v8 = loadBuiltin('node:v8');
  const spaces = adopt(v8.getHeapSpaceStatistics()).map((/** @type {any} */ space) => ({
    name: space.space_name,
    used: space.space_used_size,
    size: space.space_size,
  }));
  const heapLimit = v8.getHeapStatistics().heap_size_limit;
  return { rss, heapUsed, heapLimit, external, arrayBuffers, spaces };
}

/** `resources`: of the whole process since its start. maxRss in bytes. */
function resourcesSection() {
  const usage = resourceUsage();
  return {
    userCpuUs: usage.userCPUTime,
    systemCpuUs: usage.systemCPUTime,
    maxRss: usage.maxRSS * 1024,
    fsRead: usage.fsRead,
    fsWrite: usage.fsWrite,
    voluntarySwitches: usage.voluntaryContextSwitches,
    involuntarySwitches: usage.involuntaryContextSwitches,
  };
}

/** `handles`: what kept the loop alive, by type. */
function handlesSection() {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const type of adopt(getActiveResourcesInfo())) counts.set(type, (counts.get(type) ?? 0) + 1);
  const all = [...counts].map(([type, count]) => ({ type, count }));
  const isRequest = (/** @type {{type: string}} */ { type }) => /Req|Request|Callback$/.test(type);
  return { active: all.filter((one) => !isRequest(one)), requests: all.filter(isRequest) };
}

/**
 * `Report`: Node's own, without what identifies more than needed.
 * @param {{kind: string, config: Record<string, any>}} context
 */
function reportSection({ kind, config }) {
  // Node waits for each worker's answer, and one that is in a native call gives none: the main thread may be what that
  // call waits for.
  if (kind === 'manual') throw new Error('not in a report: the program would wait for its workers');
  const report = processReport();
  // Reverse look-ups of every socket's address have blocked crashing processes for minutes.
  if (!('excludeNetwork' in report))
    throw new Error('this Node cannot leave the network out of its report');
  const before = report.excludeNetwork;
  report.excludeNetwork = true;
  let document;
  try {
    // The report formats a stack of its own making.
    document = withDefaultStackFormatting(() => adopt(report.getReport()));
  } finally {
    report.excludeNetwork = before;
  }
  document.environmentVariables = selectEnvironment(
    document.environmentVariables ?? {},
    config.env,
  );
  document.header.commandLine = redactArguments(document.header.commandLine);
  return document;
}

/** @param {Record<string, string>} variables @param {string} which */
function selectEnvironment(variables, which) {
  if (which === 'off') return {};
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      which === 'names' ? '' : redactValue(name, value),
    ]),
  );
}

module.exports = { memorySection, resourcesSection, handlesSection, reportSection };
