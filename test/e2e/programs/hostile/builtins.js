'use strict';

// Built-in functions that no longer do what they should.
const broken = () => {
  throw new Error('not what it was');
};

setTimeout(() => {
  const local = 'kept';
  for (const name of ['map', 'push', 'filter', 'flatMap', 'join', 'slice', Symbol.iterator]) {
    Array.prototype[name] = broken;
  }
  JSON.stringify = broken;
  JSON.parse = broken;
  Object.keys = broken;
  Object.entries = broken;
  Map.prototype.get = broken;
  Map.prototype.set = broken;
  String.prototype.replace = broken;
  Date.now = broken;
  Date.prototype.toISOString = broken;
  throw new Error(`broken ${local}`);
}, 10);
