'use strict';

process.setUncaughtExceptionCaptureCallback((error) => {
  console.log(`captured ${error.message}`);
});

setTimeout(() => {
  throw new Error('kept');
}, 2);
