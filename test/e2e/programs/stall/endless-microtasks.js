'use strict';

async function starve() {
  for (;;) await null;
}

setTimeout(starve, 50);
