'use strict';

process.on('unhandledRejection', (reason, promise) => {
  console.log(reason.message, promise instanceof Promise);
});
process.on('rejectionHandled', () => console.log('handled later'));
const promise = Promise.reject(new Error('once'));
setTimeout(() => promise.catch(() => {}), 10);
