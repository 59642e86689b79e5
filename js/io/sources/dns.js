'use strict';

const { KIND } = require('../kinds.js');

// Node answers these itself.
const ADDRESS = /^[\d.]+$|:/;

/**
 * Name look-ups: lookup, lookupService, resolve*, reverse; callback and promise, of the module and of Resolvers.
 * @param {import('../index.js').Tools} tools
 */
function install({ sink, wrapper, modules }) {
  const isOperation = (/** @type {string} */ name) =>
    /^(lookup|lookupService|reverse|resolve[A-Z0-9]?\w*)$/.test(name);
  const begin = (
    /** @type {import('../sink.js').OperationType} */ type,
    /** @type {unknown} */ host,
    /** @type {Function} */ above,
  ) => {
    if (typeof host !== 'string' || host === '') return null;
    if (type.method === 'lookup' && ADDRESS.test(host)) return null;
    return sink.begin(type, host, above);
  };

  const callbacks = (/** @type {any} */ object) => {
    for (const name of Object.getOwnPropertyNames(object).filter(isOperation)) {
      const type = sink.type(KIND.dns, name);
      wrapper.replace(object, name, {
        style: 'callback',
        type,
        enter: function enter(given) {
          return begin(type, given[0], enter);
        },
      });
    }
  };
  const promises = (/** @type {any} */ object) => {
    for (const name of Object.getOwnPropertyNames(object).filter(isOperation)) {
      const type = sink.type(KIND.dns, name);
      wrapper.replace(object, name, {
        style: 'promise',
        type,
        enter: function enter(given) {
          return begin(type, given[0], enter);
        },
        leave: (/** @type {any} */ operation, /** @type {Promise<any>} */ result) =>
          sink.settles(operation, result),
      });
    }
  };

  modules.whenLoaded('dns', (/** @type {any} */ dns) => {
    callbacks(dns);
    callbacks(dns.Resolver.prototype);
    // Node loads these when they are first read (0.7 ms).
    wrapper.replaceGetter(dns, 'promises', () => modules.install('dns/promises'));
  });
  modules.whenLoaded('dns/promises', (/** @type {any} */ loaded) => {
    promises(loaded);
    promises(loaded.Resolver.prototype);
  });
}

module.exports = { install };
