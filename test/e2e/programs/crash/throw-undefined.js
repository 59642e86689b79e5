'use strict';

function fall() {
  const depth = 12;
  if (depth) throw undefined;
}

setTimeout(fall, 1);
