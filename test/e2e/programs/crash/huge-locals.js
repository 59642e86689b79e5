'use strict';

function crush() {
  const index = new Map();
  for (let key = 0; key < 400_000; key++) index.set(key, { key, text: `entry ${key}` });
  const list = new Array(1_000_000).fill('x');
  const bytes = Buffer.alloc(50_000_000, 1);
  const text = 'long '.repeat(2_000_000);
  const small = 'still here';
  throw new Error(`${index.size} ${list.length} ${bytes.length} ${text.length} ${small}`);
}

crush();
