'use strict';

require('../../../../js/api.js').stop();
