'use strict';

// Two listeners throw, and the first ends the program: the second's variables are not its.
const target = new EventTarget();
const alike = { message: 'alike' };

for (const name of ['first', 'second']) {
  target.addEventListener('ring', () => {
    const caller = `${name} caller`;
    throw Object.assign(new Error(caller), alike);
  });
}
target.dispatchEvent(new Event('ring'));
