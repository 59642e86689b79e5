'use strict';

function waitForOther() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1200);
}

setTimeout(() => {
  waitForOther();
  setTimeout(() => console.log('over'), 50);
}, 50);
