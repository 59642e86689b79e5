'use strict';

const vm = require('node:vm');

const context = vm.createContext({ factor: 7 });
vm.runInContext(
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source of a script
  'function scale(value) { const scaled = value * factor; throw new Error(`scaled ${scaled}`); } scale(6);',
  context,
  { filename: 'formula.vm' },
);
