'use strict';

function load(text) {
  const source = 'settings.json';
  return { source, value: JSON.parse(text) };
}

load('{"a": tru}');
