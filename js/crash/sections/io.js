'use strict';

const { adopt } = require('../../adopt.js');
const { describeEnded, sharedStack, stackOf } = require('../../io/slow-operation.js');

/**
 * `io`: the slow operations before, and what the program was waiting for.
 * @param {{io: import('../../io/sink.js').SinkParts, native: (name: string) => any}} context
 */
function ioSection({ io, native }) {
  const parts = io();
  if (!parts) return { error: 'LOOPDET_IO=off' };
  const { slow, ended, noted, others } = parts;
  const slowest = adopt(slow).slice();
  for (let i = 0; i < ended.length; i++) {
    const fields = describeEnded(ended[i], others);
    if (fields) slowest.push(fields);
  }
  const { inFlight, threadPool, dropped } = native('io');
  const operations = [];
  for (const { token, ...shown } of inFlight) {
    const operation = noted(token);
    const known = operation ? stackOf(operation, others) : sharedStack(shown.target, others);
    if (known) operations.push({ ...shown, ...known.note, stack: known.entries });
  }
  return { slow: slowest, inFlight: operations, threadPool, dropped };
}

module.exports = { ioSection };
