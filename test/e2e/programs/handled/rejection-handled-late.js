'use strict';

process.on('unhandledRejection', () => {});
const promise = Promise.reject(new Error('late'));
setTimeout(() => promise.catch((error) => console.log(`then ${error.message}`)), 5);
