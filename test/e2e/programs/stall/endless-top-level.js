'use strict';

function neverEnds() {
  let count = 0;
  for (;;) count = (count + 1) % 1000;
}

neverEnds();
