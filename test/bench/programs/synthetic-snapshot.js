'use strict';

// synthetic-snapshot.js ITEMS EDGES FILE: a heap snapshot as large as one likes, whose answers are known. The root holds
// hubs, each hub up to a thousand items, and each item refers EDGES times to items of its hub.
const fs = require('node:fs');

const PER_HUB = 1000;
const ITEM_BYTES = 32;
const HUB_BYTES = 64;
const BUFFER_BYTES = 2 ** 24;
// As the lists below have them.
const NODE_FIELDS = 6;
const [OBJECT, SYNTHETIC] = [3, 9];
const [ELEMENT, PROPERTY] = [1, 2];
const STRINGS = ['', 'Hub', 'Item', 'next'];

const META = {
  node_fields: ['type', 'name', 'id', 'self_size', 'edge_count', 'detachedness'],
  node_types: [
    [
      ...['hidden', 'array', 'string', 'object', 'code', 'closure', 'regexp', 'number', 'native'],
      ...['synthetic', 'concatenated string', 'sliced string', 'symbol', 'bigint', 'object shape'],
    ],
    ...['string', 'number', 'number', 'number', 'number'],
  ],
  edge_fields: ['type', 'name_or_index', 'to_node'],
  edge_types: [
    ['context', 'element', 'property', 'internal', 'hidden', 'shortcut', 'weak'],
    ...['string_or_number', 'node'],
  ],
};

const [items, edges] = process.argv.slice(2, 4).map(Number);
const hubs = Math.ceil(items / PER_HUB);
const file = fs.openSync(process.argv[4], 'w');
const buffer = Buffer.allocUnsafe(BUFFER_BYTES + 1024);
let filled = 0;

/** @param {number} [kept] of the last bytes */
function flush(kept = 0) {
  const end = filled - kept;
  for (let from = 0; from < end; ) from += fs.writeSync(file, buffer, from, end - from);
  buffer.copyWithin(0, end, filled);
  filled = kept;
}

/** @param {string} text */
function write(text) {
  filled += buffer.latin1Write(text, filled);
  if (filled >= BUFFER_BYTES) flush();
}

/** A number and a comma, byte by byte: there may be billions. @param {number} value */
function number(value) {
  let digits = 1;
  for (let power = 10; value >= power; power *= 10) digits++;
  let rest = value;
  for (let at = filled + digits - 1; at >= filled; at--) {
    buffer[at] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  buffer[filled + digits] = 0x2c;
  filled += digits + 1;
}

const itemsOf = (/** @type {number} */ hub) => Math.min(PER_HUB, items - hub * PER_HUB);
const nodeOfItem = (/** @type {number} */ item) => 1 + hubs + item;

/** V8 writes each on a line of its own, too. */
function endOfRecord() {
  buffer[filled++] = 0x0a;
  // All but the comma and the newline, see close().
  if (filled >= BUFFER_BYTES) flush(2);
}

/** @param {number[]} fields */
function record(...fields) {
  for (const field of fields) number(field);
  endOfRecord();
}

/** Instead of the last comma. @param {string} text */
function close(text) {
  filled -= 2;
  write(text);
}

const counts = { node_count: 1 + hubs + items, edge_count: hubs + items + items * edges };
write(`{"snapshot":${JSON.stringify({ meta: META, ...counts })},\n"nodes":[`);
record(SYNTHETIC, 0, 1, 0, hubs, 0);
for (let hub = 0; hub < hubs; hub++) record(OBJECT, 1, 2 * hub + 3, HUB_BYTES, itemsOf(hub), 0);
for (let item = 0; item < items; item++) {
  record(OBJECT, 2, 2 * (hubs + item) + 3, ITEM_BYTES, edges, 0);
}
close('],\n"edges":[');
for (let hub = 0; hub < hubs; hub++) record(ELEMENT, hub, (1 + hub) * NODE_FIELDS);
for (let hub = 0; hub < hubs; hub++) {
  for (let i = 0; i < itemsOf(hub); i++) {
    record(ELEMENT, i, nodeOfItem(hub * PER_HUB + i) * NODE_FIELDS);
  }
}
for (let hub = 0; hub < hubs; hub++) {
  const count = itemsOf(hub);
  for (let i = 0; i < count; i++) {
    for (let edge = 1; edge <= edges; edge++) {
      const to = (i + edge * edge) % count;
      number(PROPERTY);
      number(3);
      number(nodeOfItem(hub * PER_HUB + to) * NODE_FIELDS);
      endOfRecord();
    }
  }
}
close(`],\n"locations":[],\n"strings":${JSON.stringify(STRINGS)}}\n`);
flush();
fs.closeSync(file);
process.stdout.write(
  `${JSON.stringify({ nodes: counts.node_count, edges: counts.edge_count, hubs, items, bytes: hubs * HUB_BYTES + items * ITEM_BYTES })}\n`,
);
