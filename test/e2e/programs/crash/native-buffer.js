'use strict';

function allocate() {
  const size = -1;
  return Buffer.alloc(size);
}

allocate();
