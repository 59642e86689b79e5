'use strict';

// after-rest.js MS [END]: throws after that time, and prints whether a rehearsal has loaded something. Or ends, and prints what
// async_hooks has told of meanwhile.

const { createHook } = require('node:async_hooks');
const fs = require('node:fs');

const [ms, end] = process.argv.slice(2);

class Order {
  #number = 17;

  constructor(items) {
    this.items = items;
  }

  get total() {
    return this.items.length + this.#number;
  }
}

const order = new Order([{ id: 1, tags: new Set(['new']) }]);

const told = [];
createHook({ init: (_, type) => told.push(type) }).enable();

setTimeout(function ship() {
  const first = order.items[0];
  const byId = new Map([[first.id, first]]);
  if (end === 'END') return console.log(told.join());
  fs.writeSync(1, `${process.moduleLoadList.includes('NativeModule worker_threads')}\n`);
  throw new RangeError(`cannot ship ${byId.size}`);
}, Number(ms));
