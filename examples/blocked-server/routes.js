'use strict';

const { execSync } = require('node:child_process');
const crypto = require('node:crypto');

const orders = Array.from({ length: 60_000 }, (_, index) => ({
  id: index,
  customer: `customer-${index % 977}`,
  lines: [{ article: `a-${index % 4001}`, count: 1 + (index % 7), price: (index % 1000) / 10 }],
}));

/** The password check that should have been the asynchronous pbkdf2. */
function login() {
  const key = crypto.pbkdf2Sync('correct horse', 'battery staple', 2_000_000, 64, 'sha512');
  return `key ${key.toString('hex', 0, 4)}`;
}

/** A "deep copy" per day of the week, of all orders. */
function report() {
  let total = 0;
  for (let day = 0; day < 7; day++) {
    const copy = JSON.parse(JSON.stringify(orders));
    for (const order of copy) total += order.lines[0].count * order.lines[0].price;
  }
  return `turnover ${total.toFixed(2)}`;
}

/** Nested quantifiers: every further letter of the name doubles the time. */
function check() {
  const name = `${'a'.repeat(25)}!`;
  return `valid: ${/^([a-z]+\s?)+$/.test(name)}`;
}

/** Waits for a child process with the whole server standing still. */
function backup() {
  execSync('sleep 1.5');
  return 'backup done';
}

module.exports = {
  routes: { '/login': login, '/report': report, '/check': check, '/backup': backup },
};
