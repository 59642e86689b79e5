'use strict';

const controller = new AbortController();

controller.signal.addEventListener('abort', () => {
  const half = 'done';
  throw new Error(`only half ${half}`);
});
controller.abort();
