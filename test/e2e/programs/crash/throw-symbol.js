'use strict';

(function signal() {
  const mark = Symbol('mark');
  throw mark;
})();
