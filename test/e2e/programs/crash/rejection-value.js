'use strict';

Promise.reject('a plain text');
