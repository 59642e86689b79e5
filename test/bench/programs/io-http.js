'use strict';

const http = require('node:http');
const { measureWhenAsked } = require('./concurrent');

const REQUESTS = 32;

const port = Number(process.argv[2]);
const agent = new http.Agent({ keepAlive: true, maxSockets: REQUESTS });
const options = { host: '127.0.0.1', port, path: '/items', agent };

/** @returns {Promise<void>} */
function request() {
  return new Promise((resolve, reject) => {
    const sent = http.get(options, (response) => {
      if (response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
      response.resume().on('end', resolve).on('error', reject);
    });
    sent.on('error', reject);
  });
}

measureWhenAsked(request, REQUESTS);
