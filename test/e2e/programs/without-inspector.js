'use strict';

// A preload that makes Node look as if it was built without the inspector.

const Module = require('node:module');

const refuse = () => {
  throw Object.assign(new Error('Inspector is not available'), {
    code: 'ERR_INSPECTOR_NOT_AVAILABLE',
  });
};
const isInspector = (name) => /^(node:)?inspector(\/promises)?$/.test(name);

const load = Module._load;
Module._load = function _load(request, ...rest) {
  return isInspector(request) ? refuse() : load.call(this, request, ...rest);
};

if (process.getBuiltinModule) {
  const getBuiltinModule = process.getBuiltinModule;
  process.getBuiltinModule = (name) => (isInspector(name) ? refuse() : getBuiltinModule(name));
}
