'use strict';

function* numbers() {
  yield 1;
  throw new Error('no more');
}

try {
  for (const number of numbers()) console.log(number);
} catch (error) {
  console.log(error.message);
}
