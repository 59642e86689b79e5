'use strict';

function sink(depth) {
  const here = depth;
  return sink(depth + 1) + (() => here)();
}

for (let round = 0; round < 20; round++) {
  try {
    sink(0);
  } catch (error) {
    if (round === 19) console.log(error.name);
  }
}
