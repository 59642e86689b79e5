'use strict';

let addon = 'none';
try {
  require('no-such-addon');
} catch {
  addon = 'fallback';
}
console.log(addon);
