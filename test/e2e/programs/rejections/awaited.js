'use strict';

// awaited.js await | then: throws some turns after the start, where only what always watches sees it.

async function inner(cargo) {
  const weight = cargo.length * 7;
  await new Promise((resolve) => setTimeout(resolve, 5));
  throw new Error(`too heavy: ${weight}`);
}
async function outer() {
  const ship = 'Argo';
  await inner(['oars', 'sails']);
  return ship;
}

setTimeout(() => {
  if (process.argv[2] === 'await') return outer();
  Promise.resolve({ depth: 3 }).then(function sound(given) {
    const fathoms = given.depth * 2;
    throw new TypeError(`only ${fathoms} fathoms`);
  });
}, 5);
