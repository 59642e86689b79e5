'use strict';

// cpu-turns.js COUNT: turns of 30 ms of CPU time each, however long that takes on the clock. Begins at SIGHUP.
const turns = Number(process.argv[2]);
const longest = { wallMs: 0, cpuMs: 0 };

function work(left) {
  const start = performance.now();
  const cpu = process.cpuUsage();
  let used = 0;
  while (used < 30_000) {
    const { user, system } = process.cpuUsage(cpu);
    used = user + system;
  }
  const wallMs = performance.now() - start;
  if (wallMs > longest.wallMs) Object.assign(longest, { wallMs, cpuMs: used / 1000 });
  if (left > 1) setTimeout(work, 5, left - 1);
  else setTimeout(() => console.log(JSON.stringify(longest)), 50);
}

const waiting = setInterval(() => {}, 1000);
process.once('SIGHUP', () => {
  clearInterval(waiting);
  setTimeout(work, 100, turns);
});
console.log('ready');
