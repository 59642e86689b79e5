'use strict';

// ask-often.js PORT HOW LATER: more requests at once than have their stack noted. The first half, with all that have it, is
// answered LATER ms after the others.

const http = require('node:http');
const { once } = require('node:events');

const REQUESTS = 150;
const [port, how, later] = process.argv.slice(2);
/** Of one target: an event's has no query. @param {number} index */
const urlOf = (index) => `http://127.0.0.1:${port}/answer/150?later=${index < 75 ? later : 0}`;

/** TABLE of how to ask. @type {Record<string, (url: string) => Promise<void>>} */
const WAYS = {
  async fetch(url) {
    await (await fetch(url)).text();
  },
  async http(url) {
    const [response] = await once(http.get(url), 'response');
    await once(response.resume(), 'end');
  },
};

async function asksOften() {
  await Promise.all(Array.from({ length: REQUESTS }, (_, index) => WAYS[how](urlOf(index))));
}

asksOften();
