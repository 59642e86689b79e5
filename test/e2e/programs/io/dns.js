'use strict';

// dns.js SERVER: look-ups that a server answers late, or not at all, and some that are not slow.

const dns = require('node:dns');
const { promisify } = require('node:util');
const { measure, report } = require('./measure.js');

const server = process.argv[2];
const wanted = (method, target, more = {}) => ({ kind: 'dns', method, target, ...more });

/** Calls a method of the callback kind. */
const asked = (object, method, ...given) =>
  new Promise((resolve, reject) => {
    object[method](...given, (error, found) => (error ? reject(error) : resolve(found)));
  });

async function main() {
  dns.setServers([server]);
  const resolver = new dns.Resolver();
  const promised = new dns.promises.Resolver();
  const impatient = new dns.promises.Resolver({ timeout: 300, tries: 1 });
  for (const one of [resolver, promised, impatient]) one.setServers([server]);

  await measure(wanted('resolve4', 'slow.test'), function ofTheModule() {
    return asked(dns, 'resolve4', 'slow.test');
  });
  await measure(wanted('resolve', 'slow1.test'), function withType() {
    return asked(dns, 'resolve', 'slow1.test', 'TXT');
  });
  await measure(wanted('resolve', 'slow2.test'), function withoutType() {
    return asked(dns, 'resolve', 'slow2.test');
  });
  await measure(wanted('resolve4', 'slow3.test'), function ofAResolver() {
    return asked(resolver, 'resolve4', 'slow3.test', { ttl: true });
  });
  await measure(wanted('reverse', '192.0.2.7'), function reversed() {
    return asked(resolver, 'reverse', '192.0.2.7');
  });
  await measure(wanted('resolve4', 'slow4.test'), function promisified() {
    return promisify(dns.resolve4)('slow4.test');
  });
  await measure(wanted('resolve4', 'slow5.test'), function ofAPromiseResolver() {
    return promised.resolve4('slow5.test');
  });
  await measure(wanted('resolveTxt', 'slow6.test'), function text() {
    return promised.resolveTxt('slow6.test');
  });
  await measure(wanted('resolve', 'slow7.test'), function promisedOfTheModule() {
    return dns.promises.resolve('slow7.test', 'A');
  });

  // What fails.
  await measure(wanted('resolve4', 'missing.test', { error: 'ENOTFOUND' }), function missing() {
    return asked(resolver, 'resolve4', 'missing.test');
  });
  await measure(wanted('resolve4', 'missing1.test', { error: 'ENOTFOUND' }), function promise() {
    return promised.resolve4('missing1.test');
  });
  await measure(wanted('resolve4', 'lost.test', { error: 'ETIMEOUT' }), function lost() {
    return impatient.resolve4('lost.test');
  });
  await measure(wanted('resolve4', 'lost1.test', { error: 'ECANCELLED' }), function cancelled() {
    setTimeout(() => resolver.cancel(), 200);
    return asked(resolver, 'resolve4', 'lost1.test');
  });

  // The same name three times at once.
  const same = (by) => measure(wanted('resolve4', 'slow8.test'), by);
  await Promise.all([
    same(function first() {
      return promised.resolve4('slow8.test');
    }),
    same(function second() {
      return promised.resolve4('slow8.test');
    }),
    same(function third() {
      return asked(resolver, 'resolve4', 'slow8.test');
    }),
  ]);

  // None of these takes long: the hosts file, an address, an answer at once.
  await asked(dns, 'lookup', 'localhost');
  await dns.promises.lookup('localhost', { all: true });
  await dns.promises.lookup('127.0.0.1');
  await asked(resolver, 'resolve4', 'fast.test');
  await dns.promises.resolve4('fast.test');
}

main().then(() => report());
