'use strict';

process.on('uncaughtExceptionMonitor', (error, origin) => {
  console.log(`seen ${error.message} ${origin}`);
});

(function slip() {
  const floor = 'wet';
  throw new Error(`slipped, ${floor}`);
})();
