'use strict';

const accounts = require('./accounts.js');

/** Collects a request's body and parses it as JSON. */
function readJson(request, done) {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    let body;
    try {
      body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    } catch {
      return done(new Error('the body is not JSON'));
    }
    done(null, body);
  });
}

function welcomeText(user) {
  const greeting = `Hello ${user.name.first}`;
  return `${greeting}, your account ${user.id} is ready.`;
}

/** POST /signup: takes {email, password, name: {first, last}}, answers with the welcome text. */
function signup(request, respond) {
  readJson(request, (parseError, form) => {
    if (parseError) return respond(400, { error: parseError.message });
    if (!form.email || !form.password) return respond(422, { error: 'email and password wanted' });

    accounts.exists(form.email, (taken) => {
      if (taken) return respond(409, { error: `${form.email} has an account already` });

      accounts.create(form, (user) => {
        const text = welcomeText(user);
        respond(201, { id: user.id, text });
      });
    });
  });
}

module.exports = { signup };
