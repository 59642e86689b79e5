'use strict';

const strict = new Proxy(
  {},
  {
    get(_target, key) {
      const known = ['id'];
      throw new Error(`${String(key)} is not one of ${known}`);
    },
  },
);

strict.size;
