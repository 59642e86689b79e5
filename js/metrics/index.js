'use strict';

// `loopdet-addon/metrics`: what a thread measures, for whoever collects metrics. No side effects at load.
const { openTelemetry } = require('./opentelemetry.js');
const { prometheus } = require('./prometheus.js');

module.exports = { openTelemetry, prometheus };
