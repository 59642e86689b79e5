'use strict';

let seen = 0;
process.on('uncaughtException', () => {
  seen += 1;
});

let left = 200;
const timer = setInterval(() => {
  if (--left === 0) {
    clearInterval(timer);
    setImmediate(() => console.log(`handled ${seen}`));
  }
  throw new Error(`number ${left}`);
}, 1);
