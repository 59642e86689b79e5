'use strict';

process.on('uncaughtException', (error) => {
  console.log(`all is well: ${error.message}`);
  process.exit(0);
});

throw new Error('harmless');
