'use strict';

// Properties that every object inherits.
setTimeout(() => {
  const local = 'clean';
  Object.prototype.extra = 'polluted';
  Object.prototype.toJSON = () => 'from the prototype';
  Object.prototype.mode = 0o777;
  Array.prototype.surprise = 'polluted';
  Object.defineProperty(Object.prototype, 'capture', {
    get() {
      return 'polluted';
    },
    set() {},
    configurable: true,
  });
  throw new Error(`thrown ${local}`);
}, 10);
