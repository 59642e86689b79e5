'use strict';

async function* feed() {
  yield 1;
  const last = 'message 2';
  throw new Error(`feed ended after ${last}`);
}

(async () => {
  for await (const item of feed()) item.toFixed();
})();
