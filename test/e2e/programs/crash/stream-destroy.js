'use strict';

const { PassThrough } = require('node:stream');

const stream = new PassThrough();
stream.destroy(new Error('pipe broke'));
