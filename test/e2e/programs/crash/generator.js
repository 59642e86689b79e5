'use strict';

function* pages(book) {
  const title = `${book} I`;
  yield title;
  throw new Error(`no page after ${title}`);
}

for (const page of pages('volume')) page.trim();
