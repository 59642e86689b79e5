'use strict';

process.on('uncaughtException', (error, origin) => {
  console.log(`handled ${error.message} ${origin}`);
});

setTimeout(() => console.log('still here'), 20);
throw new Error('survived');
