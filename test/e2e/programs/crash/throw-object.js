'use strict';

(function reply() {
  const answer = { status: 503, body: 'later' };
  throw answer;
})();
