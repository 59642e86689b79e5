'use strict';

// Keeps 4 MB more of Buffers every 20 ms: the kernel kills it at its control group's limit.

const kept = [];
setInterval(() => kept.push(Buffer.alloc(4 << 20, 1)), 20);
