'use strict';

const shelf = {
  get book() {
    const place = 'row 5';
    throw new Error(`nothing in ${place}`);
  },
};

shelf.book;
