'use strict';

// A program that replaces parts of process.
setTimeout(() => {
  const local = 'home';
  process.cwd = () => {
    throw new Error('no directory');
  };
  process.hrtime = undefined;
  process.memoryUsage = undefined;
  process.report = undefined;
  process.stderr.write = () => true;
  console.error = () => {};
  throw new Error(`no ${local}`);
}, 10);
