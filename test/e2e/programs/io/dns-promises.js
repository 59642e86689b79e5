'use strict';

// dns-promises.js SERVER: look-ups of a program that has loaded nothing of `dns` but its promises.

const isLoaded = (name) => process.moduleLoadList.includes(`NativeModule ${name}`);
if (isLoaded('internal/dns/promises')) throw new Error('loaded before anybody wanted it');
const promises = require('node:dns/promises');
const { measure, report } = require('./measure.js');

const server = process.argv[2];
const wanted = (method, target) => ({ kind: 'dns', method, target });

async function main() {
  const resolver = new promises.Resolver();
  resolver.setServers([server]);
  promises.setServers([server]);
  await measure(wanted('resolve4', 'slow.test'), function ofTheModule() {
    return promises.resolve4('slow.test');
  });
  await measure(wanted('resolveTxt', 'slow1.test'), function ofAResolver() {
    return resolver.resolveTxt('slow1.test');
  });
}

main().then(() => report());
