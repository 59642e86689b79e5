'use strict';

const { codedError } = require('../errors.js');
const { Sampler } = require('./sampler.js');
const { METRICS } = require('./table.js');

/** @typedef {import('prom-client').Registry<any>} Registry */

function loadClient() {
  try {
    return require('prom-client');
  } catch {
    throw codedError('ERR_LOOPDET_PEER', 'prom-client');
  }
}

/** A label of an attribute: its last word, as prom-client has them. @param {string} attribute */
const labelOf = (attribute) => {
  const words = attribute.split('.');
  const last = String(words.pop());
  return last === 'name' ? String(words.pop()) : last;
};

/**
 * Registers the metrics of this thread with prom-client, but for those whose name it has already (collectDefaultMetrics).
 * @param {{register?: Registry}} [options] prom-client's own if not said
 * @returns {() => void} ends it
 * @throws {Error & {code: string}} ERR_LOOPDET_PEER
 */
function prometheus({ register } = {}) {
  const client = loadClient();
  const registry = register ?? client.register;
  const sampler = new Sampler();
  /** @type {import('./sampler.js').Sample | null} */
  let sample = null;
  /** @type {string[]} */
  const names = [];
  for (const { prometheus: name, type, description, attributes, read } of METRICS) {
    if (registry.getSingleMetric(name)) continue;
    const isFirst = names.length === 0;
    names.push(name);
    const collect = /** @this {any} */ function collect() {
      // They are asked one after the other, in this order.
      if (isFirst || !sample) sample = sampler.take();
      this.reset();
      for (const [given, value] of read(sample)) {
        const labels = Object.fromEntries(
          Object.entries(given).map(([attribute, word]) => [labelOf(attribute), word]),
        );
        if (type === 'counter') this.inc(labels, value);
        else this.set(labels, value);
      }
    };
    const options = {
      ...{ name, help: description, labelNames: attributes.map(labelOf) },
      ...{ registers: [registry], collect },
    };
    if (type === 'counter') new client.Counter(options);
    else new client.Gauge(options);
  }
  return () => {
    for (const name of names) registry.removeSingleMetric(name);
    sampler.stop();
  };
}

module.exports = { prometheus };
