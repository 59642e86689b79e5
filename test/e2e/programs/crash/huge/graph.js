'use strict';

// A graph of a million objects, each within reach of the frame.

let head = null;
const all = [];
for (let id = 0; id < 1e6; id++) {
  head = { id, next: head, links: id % 100 === 0 ? all.slice(-10) : null };
  if (id % 100 === 0) all.push(head);
}
setTimeout(() => {
  const graph = head;
  const list = all;
  throw new Error(`${graph.id} of ${list.length}`);
}, 5);
