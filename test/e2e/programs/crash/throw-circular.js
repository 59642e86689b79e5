'use strict';

(function loop() {
  const ring = { name: 'ring' };
  ring.self = ring;
  throw Object.assign(new Error('round'), { ring, code: 'E_RING' });
})();
