'use strict';

/** @typedef {import('../inspector/frame-reader.js').Capture} Capture */

/** @param {any} frame */
const nameOf = (frame) => `${frame.functionName} ${frame.url}`;

/**
 * One capture of those that were taken as an error went up a chain of awaits, innermost first: what stood at the first
 * rejection, and of the later ones the functions that did not.
 * @param {Capture[]} captures at least one
 * @returns {Capture}
 */
function joinCaptures([first, ...others]) {
  const joined = { ...first, paused: { ...first.paused }, truncated: [...first.truncated] };
  for (const { paused, objects, scripts, truncated, elapsedMs } of others) {
    const { callFrames } = joined.paused;
    const known = new Set(callFrames.map(nameOf));
    const added = paused.callFrames.filter((/** @type {any} */ frame) => !known.has(nameOf(frame)));
    joined.paused.callFrames = [...callFrames, ...added];
    joined.objects = { ...joined.objects, ...objects };
    joined.scripts = { ...joined.scripts, ...scripts };
    joined.truncated.push(...truncated);
    joined.elapsedMs += elapsedMs;
  }
  return joined;
}

module.exports = { joinCaptures };
