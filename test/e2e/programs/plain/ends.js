'use strict';

console.log('out');
console.error('err');
setTimeout(() => console.log('end'), 20);
