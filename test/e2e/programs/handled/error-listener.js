'use strict';

const { EventEmitter } = require('node:events');

const emitter = new EventEmitter();
emitter.on('error', (error) => console.log(`heard ${error.message}`));
emitter.emit('error', new Error('a complaint'));
