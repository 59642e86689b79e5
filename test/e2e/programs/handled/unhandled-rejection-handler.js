'use strict';

process.on('unhandledRejection', (reason) => console.log(`rejected ${reason.message}`));

Promise.reject(new Error('noted'));
