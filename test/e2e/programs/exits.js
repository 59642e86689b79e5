'use strict';

// exits.js CODE WHEN: an uncaughtException handler that ends the process, now or a moment later.

const [code, when] = process.argv.slice(2);

process.on('uncaughtException', (error) => {
  console.log(`giving up: ${error.message}`);
  if (when === 'now') process.exit(Number(code));
  if (when === 'exitCode') process.exitCode = Number(code);
  if (when === 'later') setTimeout(() => process.exit(Number(code)), 50);
  if (when === 'rethrow') throw error;
});

(function serve() {
  const client = 'client-6';
  throw new Error(`lost ${client}`);
})();
