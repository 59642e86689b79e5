'use strict';

// Objects that run code when somebody looks at them: what was called is printed at the end.

const fs = require('node:fs');

const called = [];
const call = (name) => () => {
  called.push(name);
  return 1;
};
const trap = new Proxy(
  {},
  {
    get: (_, name) => (_, target, key) => {
      called.push(`${String(name)} ${String(key)}`);
      return Reflect[name](target, key);
    },
  },
);
const proxy = (target) => new Proxy(target, trap);
const getter = (name, get) => Object.defineProperty({}, name, { get, enumerable: true });

class NamedError extends Error {
  get name() {
    called.push('an error’s name');
    return 'Named';
  }
  get message() {
    called.push('an error’s message');
    return 'said';
  }
}
class Private {
  #bound = getter('x', call('in a private field').bind(null));
  #proxy = proxy({ held: 1 });
  get shown() {
    return called.push('a getter of a class');
  }
  has() {
    return [this.#bound, this.#proxy];
  }
}

function throwIt(given) {
  called.length = 0;
  throw given;
}

process.on('exit', () => fs.writeSync(1, `called: ${called}\n`));
setTimeout(function looked() {
  const plain = getter('x', () => called.push('a getter'));
  const bound = getter('x', call('a bound getter').bind(null));
  const proxied = getter('x', proxy(call('a proxied getter')));
  const native = Object.assign(getter('x', Array.prototype.toString), { join: call('join') });
  const nested = { plain, bound, proxied, native, list: [bound, [proxied]] };
  const map = new Map([
    [bound, proxied],
    [proxy({}), native],
  ]);
  const proxies = [proxy({}), proxy([]), proxy(call('a proxied function')), proxy(new Map())];
  const heir = Object.create(proxy({}));
  const spliced = Object.create(getter('splice', call('splice')));
  const counted = Object.create(getter('length', call('length')));
  const tagged = getter(Symbol.toStringTag, call('toStringTag'));
  const made = getter('constructor', call('constructor'));
  const thrown = getter('toString', call('toString'));
  const withPrivate = new Private();
  const error = new NamedError();
  const stacked = Object.defineProperty(new Error('s'), 'stack', { get: call('stack') });
  const deep = Array.from({ length: 20000 }).reduce((inner) => new Proxy(inner, {}), {});
  const scope = new Proxy({ throwIt }, trap);
  // A `with` around the call, whose scope is a Proxy.
  const withScope = new Function('scope', 'given', 'with (scope) { throwIt(given); }');
  const lists = { nested, map, proxies, spliced, counted, tagged, made, thrown };
  const others = { heir, error, stacked, deep, withPrivate };
  withScope(scope, Object.assign(stacked, { lists, others }));
}, 5);
