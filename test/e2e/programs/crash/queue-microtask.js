'use strict';

queueMicrotask(function drain() {
  const drop = 'last';
  throw new Error(`${drop} drop`);
});
