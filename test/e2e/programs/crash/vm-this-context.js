'use strict';

const vm = require('node:vm');

const script = new vm.Script('(function run(input) { const twice = input * 2; throw twice; })', {
  filename: 'twice.vm',
});
script.runInThisContext()(21);
