'use strict';

// The floor of what times I/O from inside: where the addon hears that an operation begins or ends, there is a listener or a
// Proxy that only counts. With BENCH_INTERVAL_MS V8's profiler runs as well.
const { subscribe } = require('node:diagnostics_channel');
const dns = require('node:dns');
const fs = require('node:fs');

let heard = 0;

const CHANNELS = [
  'http.server.request.start',
  'http.server.response.finish',
  'http.client.request.created',
  'http.client.request.start',
  'http.client.request.error',
  'undici:request:create',
  'undici:request:headers',
  'undici:request:trailers',
  'undici:request:error',
];
for (const channel of CHANNELS) {
  subscribe(channel, () => {
    heard++;
  });
}

/** The body has come. */
function onClose() {
  heard++;
}
subscribe('http.client.response.finish', (/** @type {any} */ { response }) => {
  response.on('close', onClose);
});

/** @param {any} value */
const settled = (value) => {
  heard++;
  return value;
};
/** @param {unknown} error */
const failed = (error) => {
  heard++;
  throw error;
};

/** @type {ProxyHandler<Function>} */
const CALLED_BACK = {
  apply(target, self, given) {
    heard++;
    return Reflect.apply(target, self, given);
  },
};

/** @param {any} holder @param {string} name @param {ProxyHandler<Function>['apply']} apply */
function replace(holder, name, apply) {
  holder[name] = new Proxy(holder[name], { apply });
}

replace(dns, 'lookup', (target, self, given) => {
  given[given.length - 1] = new Proxy(given[given.length - 1], CALLED_BACK);
  return Reflect.apply(target, self, given);
});
replace(fs.promises, 'readFile', (target, self, given) =>
  Reflect.apply(target, self, given).then(settled, failed),
);

if (process.env.BENCH_INTERVAL_MS) require('./profiler');
else if (process.env.BENCH_PROOF) {
  const { prove } = require('./prove');
  prove(() => heard > 0 && `heard ${heard} times`);
}
