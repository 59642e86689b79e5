'use strict';

let text = '';
process.stdin.setEncoding('utf8').on('data', (part) => {
  text += part;
});
process.stdin.on('end', () => console.log(text.toUpperCase()));
