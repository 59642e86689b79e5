'use strict';

// ask-often.js PORT HOW: more requests at once than have their stack noted.

const http = require('node:http');
const { once } = require('node:events');

const REQUESTS = 150;
const [port, how] = process.argv.slice(2);
const url = `http://127.0.0.1:${port}/answer/150`;

/** TABLE of how to ask. @type {Record<string, () => Promise<void>>} */
const WAYS = {
  async fetch() {
    await (await fetch(url)).text();
  },
  async http() {
    const [response] = await once(http.get(url), 'response');
    await once(response.resume(), 'end');
  },
};

async function asksOften() {
  await Promise.all(Array.from({ length: REQUESTS }, () => WAYS[how]()));
}

asksOften();
