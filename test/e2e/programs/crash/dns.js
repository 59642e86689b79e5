'use strict';

const dns = require('node:dns');

dns.lookup('127.0.0.1', (_error, address) => {
  const family = `v4 ${address}`;
  throw new Error(`not reachable: ${family}`);
});
