'use strict';

// Node (20 to 26) catches what a listener of an EventTarget throws, that of a worker's messages above all, and throws it again
// in a tick of its own, when its frames are gone. V8 predicts that, and does not ask the throw hook. So listeners are called
// through C++: then it does.

const { defineProperty, getOwnPropertySymbols, getPrototypeOf } = Object;
const ProxyOf = Proxy;

/** Of the Proxies that Node calls in place of listeners: neither they nor C++ have a frame. @type {any} */
let handler = null;

// Of Node's listeners, which have no name outside: what it calls. It stays once it is there, for those that were added since.
/** @type {PropertyDescriptor & ThisType<any>} */
const CALLBACK = {
  configurable: true,
  get() {
    return this.called;
  },
  /** As Node makes one. @param {unknown} callback */
  set(callback) {
    // Many are added to a signal for its one event (fetch), and hardly any is ever called.
    const isWanted =
      handler !== null &&
      typeof callback === 'function' &&
      (!this.once || this.isNodeStyleListener);
    this.called = isWanted ? new ProxyOf(callback, handler) : callback;
  },
};

/** The prototype of Node's listeners. @returns {any} null: they are not as they are known */
function listenerPrototype() {
  const target = new EventTarget();
  target.addEventListener('', listenerPrototype);
  const symbol = getOwnPropertySymbols(target).find(({ description }) => description === 'kEvents');
  const listener = symbol && /** @type {any} */ (target)[symbol].get?.('')?.next;
  return listener?.callback === listenerPrototype ? getPrototypeOf(listener) : null;
}

/**
 * Those that are added from now on.
 * @param {(listener: Function, receiver: any, list: any[]) => any} call of the binding
 * @returns {() => void} those that are added then are called as ever
 */
function callListenersThrough(call) {
  const prototype = listenerPrototype();
  if (prototype !== null && !('callback' in prototype)) {
    defineProperty(prototype, 'callback', CALLBACK);
  }
  handler = { __proto__: null, apply: call };
  return () => {
    handler = null;
  };
}

module.exports = { callListenersThrough };
