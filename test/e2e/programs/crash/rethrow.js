'use strict';

function parse(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    const input = text.slice(0, 5);
    error.input = input;
    throw error;
  }
}

parse('not json at all');
