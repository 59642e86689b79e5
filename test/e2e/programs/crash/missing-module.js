'use strict';

require('./no-such-module.js');
