'use strict';

// Keeps more and more Buffers until the kernel kills it at its control group's limit of 200 MB: the last 50 slowly, so that
// who looks once a second sees it come.

const MEGABYTE = 1 << 20;
const kept = [];

setInterval(() => {
  const more = process.memoryUsage.rss() < 150 * MEGABYTE ? 10 : 1;
  kept.push(Buffer.alloc(more * MEGABYTE, 1));
}, 100);
