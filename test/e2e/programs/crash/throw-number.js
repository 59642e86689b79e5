'use strict';

(function exit() {
  const status = 42;
  throw status;
})();
