'use strict';

// Which functions are not those that captured-before.js has kept.

const { functions, texts, read } = globalThis.capturedBefore;
const now = read();
const replaced = [...functions.keys()].filter(
  (path) => functions.get(path) !== now.functions.get(path),
);
const shown = [...texts.keys()].filter((path) => texts.get(path) !== now.texts.get(path));
const added = [...now.functions.keys()].filter((path) => !functions.has(path));
console.log(JSON.stringify({ all: functions.size, replaced, shown, added }));
