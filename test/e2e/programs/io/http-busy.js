'use strict';

// http-busy.js PORT: blocks when an answer has come; prints how long each request took until then.

const http = require('node:http');

/** @param {string} path */
function busyAtTheEnd(path) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const request = http.get({ host: '127.0.0.1', port: process.argv[2], path }, (response) => {
      response.resume().on('end', () => {
        const durationMs = performance.now() - start;
        const until = performance.now() + 1000;
        while (performance.now() < until);
        resolve(durationMs);
      });
    });
    request.on('error', reject);
  });
}

async function main() {
  await busyAtTheEnd('/answer/0');
  const durationMs = await busyAtTheEnd('/answer/400');
  console.log(JSON.stringify({ durationMs }));
}

main();
