'use strict';

// Waits, turns once, and waits again.

setTimeout(() => {
  console.log('again');
  setTimeout(() => {}, 60_000);
}, 2000);
