'use strict';

function warn() {
  const level = 'red';
  throw `alert ${level}`;
}

warn();
