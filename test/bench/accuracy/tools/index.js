'use strict';

/** @typedef {import('../types').Tool} Tool */

/**
 * What is compared. A further tool is one more file and one more row.
 * xprofiler is not among them: it has no detection of a blocked loop, only statistics of libuv's handles and timers.
 * @type {Tool[]}
 */
const TOOLS = [
  require('./loopdet'),
  require('./sentry').at50,
  require('./sentry').at20,
  require('./blocked-at'),
  require('./loop-delay'),
  require('./profiler'),
  require('./timer-drift'),
  require('./toobusy'),
];

/**
 * @param {string} name
 * @returns {Tool}
 */
function findTool(name) {
  const tool = TOOLS.find((candidate) => candidate.name === name);
  if (!tool) throw new Error(`no tool is named ${name}`);
  return tool;
}

module.exports = { TOOLS, findTool };
