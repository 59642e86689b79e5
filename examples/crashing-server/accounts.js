'use strict';

const crypto = require('node:crypto');

// Stands for a database: every answer comes later, in a callback.
const byEmail = new Map();

function exists(email, done) {
  setImmediate(() => done(byEmail.has(email)));
}

function create(form, done) {
  const salt = crypto.randomBytes(16);
  crypto.scrypt(form.password, salt, 32, (error, key) => {
    if (error) throw error;
    const user = {
      id: `u-${byEmail.size + 1}`,
      email: form.email,
      name: form.name,
      passwordHash: key.toString('hex'),
      plan: 'free',
    };
    byEmail.set(user.email, user);
    done(user);
  });
}

module.exports = { exists, create };
