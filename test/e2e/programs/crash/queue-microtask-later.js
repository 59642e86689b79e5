'use strict';

setTimeout(() => {
  queueMicrotask(() => {
    const wave = 2;
    throw new Error(`wave ${wave}`);
  });
}, 2);
