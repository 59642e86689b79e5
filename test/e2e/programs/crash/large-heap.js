'use strict';

// Throws, with so many megabytes of live objects. None is within reach of the variables of a frame: reading them is another
// matter, which takes as long as there is something to read.
/** @param {number} bytes */
function fill(bytes) {
  /** @type {object[][]} */
  const kept = [];
  while (process.memoryUsage().heapUsed < bytes) {
    const chunk = [];
    for (let id = 0; id < 50_000; id++)
      chunk.push({ id, name: `object ${id}`, tags: [id, id + 1] });
    kept.push(chunk);
  }
  // What a timer's function holds is live.
  setInterval(() => kept.length, 1e6);
  return kept.length;
}

const lines = fill(Number(process.argv[2]) * 2 ** 20);

function checkout() {
  const order = { number: 1017, lines };
  throw new Error(`order ${order.number} has no address`);
}

// The addon looks at what it needs for a large heap once a second.
setTimeout(checkout, 1500);
