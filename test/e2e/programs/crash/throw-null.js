'use strict';

function empty() {
  const before = 'nothing';
  if (before) throw null;
}

empty();
