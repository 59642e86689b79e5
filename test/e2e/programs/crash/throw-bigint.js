'use strict';

(function exit() {
  const big = 2n ** 70n;
  throw big;
})();
