'use strict';

const domain = require('node:domain');

const area = domain.create();
area.on('error', (error) => console.log(`domain got ${error.message}`));
area.run(() => {
  setTimeout(() => {
    throw new Error('inside');
  }, 2);
});
