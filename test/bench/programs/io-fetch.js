'use strict';

const { measureWhenAsked } = require('./concurrent');

const REQUESTS = 32;

const url = `http://127.0.0.1:${process.argv[2]}/items`;

async function request() {
  const response = await fetch(url);
  await response.text();
  if (response.status !== 200) throw new Error(`status ${response.status}`);
}

measureWhenAsked(request, REQUESTS);
