'use strict';

function endlessSearch(text) {
  let position = 0;
  while (position !== -1) position = text.indexOf('a', position);
}

setTimeout(() => endlessSearch('banana'), 50);
