'use strict';

require('./fixtures/broken.txt');
