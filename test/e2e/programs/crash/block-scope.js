'use strict';

function settle(rows) {
  for (const row of rows) {
    const share = row * 2;
    if (share > 3) {
      let remainder = share - 3;
      remainder += 10;
      throw new Error(`remainder ${remainder}`);
    }
  }
}

settle([1, 2]);
