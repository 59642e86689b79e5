'use strict';

let ticks = 0;

setInterval(() => {
  ticks += 1;
  const phase = `phase-${ticks}`;
  if (ticks === 3) throw new Error(`stuck in ${phase}`);
}, 2);
