'use strict';

(function handOver() {
  const task = function sweep() {};
  throw task;
})();
