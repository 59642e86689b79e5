'use strict';

// Crashes, and is busy for a moment after its crash file has been written.

const { spin } = require('./blocking.js');
require('./viewer/account.js');

process.on('uncaughtExceptionMonitor', () => spin(30));
