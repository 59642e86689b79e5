'use strict';

// The program that js/make-code-cache.js lets crash, in a folder that is not ours: what the addon runs then is what the code
// cache has. So its variables hold a bit of everything, and it keeps a CPU busy for long enough to be sampled.
const BUSY_MS = 100;

class Customer {
  #card = 'unknown';

  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.orders = [{ number: 1017, lines: [1, -0, 2n] }];
    /** @type {any} */ (this)[Symbol('kind')] = null;
  }

  get card() {
    return this.#card;
  }

  /** @param {number} until */
  compute(until) {
    let found = 0;
    while (performance.now() < until) {
      const text = JSON.stringify(this.orders.map(({ number }) => ({ number: number + found })));
      found += JSON.parse(text).length + (/(\d+)+$/.exec(text)?.length ?? 1);
    }
    return found;
  }

  fail() {
    const values = {
      customer: this,
      list: [[{ deep: [1] }], 'text', true, undefined, () => {}, Symbol('s'), Number.NaN],
      long: 'word '.repeat(3000),
      many: Array.from({ length: 300 }, (_, id) => ({ id, name: `customer ${id}`, tags: [id] })),
      numbers: Array.from({ length: 2000 }, (_, at) => at),
      bytes: new Uint8Array(8),
      map: new Map([['key', { a: 1 }]]),
      set: new Set([1]),
      weak: new WeakMap([[this, {}]]),
      promise: Promise.resolve({ b: 1 }),
      proxy: new Proxy({}, {}),
      date: new Date(0),
      pattern: /a+/giu,
      error: new TypeError('inner', { cause: 'none' }),
      iterator: [1][Symbol.iterator](),
      password: 'hunter2hunter2',
      url: 'postgres://user:secret@localhost/shop',
    };
    const failure = new Error(`order of ${values.list.length} has no address`, {
      cause: values.error,
    });
    throw Object.assign(failure, { code: 'E_ORDER', details: { number: 1017 } });
  }
}

setImmediate(() => {
  const customer = new Customer('Ada');
  customer.compute(performance.now() + BUSY_MS);
  customer.fail();
});
