'use strict';

function grow() {
  const length = -5;
  return new Array(length);
}

grow();
