'use strict';

const { AsyncLocalStorage } = require('node:async_hooks');

const storage = new AsyncLocalStorage();

storage.run({ requestId: 'req-5' }, () => {
  setTimeout(() => {
    const store = storage.getStore();
    throw new Error(`failed in ${store.requestId}`);
  }, 2);
});
