'use strict';

// execs.js FILE: becomes that program (Node 22.15 and newer). Throws if it cannot.

const [file] = process.argv.slice(2);

setTimeout(() => {
  try {
    if (process.execve) process.execve(file, [file, 'another program']);
    else console.log('another program');
  } catch (error) {
    throw new Error('still here', { cause: error });
  }
}, 20);
