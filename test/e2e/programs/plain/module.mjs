import fs, { statSync } from 'node:fs';

console.log(statSync === fs.statSync, import.meta.url.endsWith('module.mjs'));
await import('./ends.js');
