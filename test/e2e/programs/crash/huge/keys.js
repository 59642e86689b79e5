'use strict';

// An object with three hundred thousand keys, and a Map of as many.

const object = {};
for (let i = 0; i < 3e5; i++) object[`key${i}`] = i;
const map = new Map(Object.entries(object));
setTimeout(() => {
  const keys = object;
  const entries = map;
  throw new Error(`${entries.size} ${keys.key7}`);
}, 5);
