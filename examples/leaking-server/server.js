'use strict';

// A server with a cache that is never emptied. From the repository root:
//
//   node --require loopdet-addon examples/leaking-server/server.js
//   for i in $(seq 200); do curl -s "localhost:3000/search?q=$i" >/dev/null; done
//   kill -USR2 <pid>         the server prints its pid; it goes on while it writes
//   ls loopdet/              Heap.<date>.<time>.<pid>.0.<number>.heapsnapshot
// Open the file in Chrome DevTools (Memory, Load), sort by retained size, and look at the Map in
// ResultCache.entries: the key holds the whole address, so the same page is kept once per query.
// Take a second snapshot after more requests and compare the two.

const http = require('node:http');
const { ResultCache } = require('./result-cache.js');

const cache = new ResultCache();

const server = http.createServer((request, response) => {
  const page = cache.get(request.url, () => ({
    address: request.url,
    rows: Array.from({ length: 500 }, (_, row) => `result ${row} for ${request.url}`),
  }));
  response.end(`${page.rows.length} rows, ${cache.size} pages in the cache\n`);
});

server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`leaking server listens on http://127.0.0.1:${server.address().port}`);
  console.log(`snapshot: kill -USR2 ${process.pid}`);
});
