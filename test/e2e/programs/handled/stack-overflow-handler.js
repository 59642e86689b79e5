'use strict';

process.on('uncaughtException', (error) => console.log(`handled ${error.name}`));

setTimeout(() => {
  (function sink() {
    return sink() + 1;
  })();
}, 1);
