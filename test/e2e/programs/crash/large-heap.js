'use strict';

// Throws, with so many megabytes of live objects.
/** @type {object[][]} */
const kept = [];
while (process.memoryUsage().heapUsed < Number(process.argv[2]) * 2 ** 20) {
  const chunk = [];
  for (let id = 0; id < 50_000; id++) chunk.push({ id, name: `object ${id}`, tags: [id, id + 1] });
  kept.push(chunk);
}

function checkout() {
  const order = { number: 1017, lines: kept.length };
  throw new Error(`order ${order.number} has no address`);
}

// The addon looks at what it needs for a large heap once a second.
setTimeout(checkout, 1500);
