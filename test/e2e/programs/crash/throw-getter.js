'use strict';

// Locals with accessors, toString and toJSON of their own: reading the crash must call none.
let calls = 0;
const called = () => (calls += 1);
process.on('exit', () => console.log(`calls ${calls}`));

(function trip() {
  const trap = {
    get value() {
      return called();
    },
    toString: called,
    toJSON: called,
    [Symbol.toPrimitive]: called,
    [Symbol.for('nodejs.util.inspect.custom')]: called,
  };
  if (trap) throw new Error('tripped');
})();
