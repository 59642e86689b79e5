'use strict';

(function refuse() {
  const fixed = Object.freeze(new Error('cannot change'));
  throw fixed;
})();
