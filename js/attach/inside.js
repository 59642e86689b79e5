'use strict';

// What `loopdet attach` requires in the program, over its inspector.
const { load } = require('../own-modules.js');

const { attach } = /** @type {typeof import('../recording.js')} */ (load('recording.js'));

module.exports = attach;
