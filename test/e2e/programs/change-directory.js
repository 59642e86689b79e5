'use strict';

setTimeout(() => {
  process.chdir('/');
  throw new Error('elsewhere');
}, 10);
