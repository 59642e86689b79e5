'use strict';

const vm = require('node:vm');

try {
  vm.runInNewContext('for (;;);', {}, { timeout: 30 });
} catch (error) {
  console.log(error.code);
}
