'use strict';

// One local of each kind of value, by the text that a crash file has for it.

class Base {
  #balance = 5;
  name = 'main';
  has() {
    return this.#balance;
  }
}
class Account extends Base {
  #limit = 9;
  get total() {
    return this.#limit;
  }
}
function* counting() {
  yield 1;
}
const cycle = { name: 'round' };
cycle.self = cycle;

setTimeout(function kinds() {
  const account = new Account();
  const values = {
    nothing: undefined,
    nul: null,
    yes: true,
    minusZero: -0,
    notANumber: NaN,
    big: 2n ** 70n,
    symbol: Symbol('mark'),
    text: 'it’s "so"',
    long: 'x'.repeat(20000),
    list: [1, 'two', [3]],
    many: Array.from({ length: 20_000 }, (_, i) => i),
    map: new Map([['key', { deep: 1 }]]),
    set: new Set([1, 'two']),
    weak: new WeakMap([[cycle, 'held']]),
    bytes: Buffer.from('hello'),
    floats: new Float64Array([0.5, -0]),
    pending: new Promise(() => {}),
    kept: Promise.resolve({ at: 7 }),
    date: new Date(0),
    pattern: /a+b/giu,
    proxied: new Proxy({ target: 1 }, { handler: 2 }),
    getter: {
      get a() {
        return process.exit(1);
      },
    },
    bare: Object.assign(Object.create(null), { own: 1 }),
    generator: counting(),
    error: new RangeError('inside'),
    fn: function named(_a, _b) {},
    instance: account,
  };
  const { nothing, nul, yes, minusZero, notANumber, big, symbol, text, long, list, many } = values;
  const { map, set, weak, bytes, floats, pending, kept, date, pattern, proxied, getter, bare } =
    values;
  const { generator, error, fn, instance } = values;
  throw Object.assign(new Error('of every kind'), {
    kinds: [nothing, nul, yes, minusZero, notANumber, big, symbol, text, long, list, many].length,
    more: [map, set, weak, bytes, floats, pending, kept, date, pattern, proxied, getter, bare]
      .length,
    rest: [generator, error, fn, instance, cycle].length,
  });
}, 5);
