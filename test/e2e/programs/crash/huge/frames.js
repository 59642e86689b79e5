'use strict';

// Started with a large stack: ten thousand frames.

function descend(level) {
  const mine = { level };
  if (level === 0) throw new Error(`at ${mine.level}`);
  return descend(level - 1) + 1;
}
setTimeout(() => descend(9990), 5);
