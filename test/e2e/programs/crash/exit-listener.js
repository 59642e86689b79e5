'use strict';

process.on('exit', (code) => {
  const farewell = `code ${code}`;
  throw new Error(farewell);
});
