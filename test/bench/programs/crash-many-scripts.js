'use strict';

// Loads every script of a folder, then throws from a timer, a few calls deep in one of them.
const fs = require('node:fs');
const path = require('node:path');

const folder = process.argv[2];
const names = fs.readdirSync(folder).sort();
const modules = names.map((name) => require(path.join(folder, name)));
let total = 0;
for (const module of modules) total += module.total({ items: [1, 2, 3] });

const SETTLE_MS = 200;

setTimeout(() => {
  // File times are stamped with the kernel's last timer tick: a file made now is the fair start of them.
  fs.writeFileSync('thrown', String(total));
  // The monotonic clock is the parent's as well.
  fs.writeSync(1, String(process.hrtime.bigint()));
  modules[modules.length >> 1].total({ items: null });
}, SETTLE_MS);
