'use strict';

// Made of parts, so that the secrets are in the memory and not in the source.
const joined = (...parts) => parts.join('-');

function signIn(password) {
  const session = {
    user: 'ada',
    password,
    access_token: joined('tok', '51f0c0ffee'),
    url: `https://ada:${joined('pa55', 'in', 'url')}@db.example/main`,
  };
  const header = `Bearer ${['eyJhbGciOiJIUzI1NiJ9', 'eyJzdWIiOiIxMjM0In0', 'c2lnbmVk'].join('.')}`;
  throw new Error(`refused ${session.user} ${header.length}`);
}

signIn(joined('open', 'sesame', '99'));
