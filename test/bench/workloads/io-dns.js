'use strict';

const { ioWorkload } = require('../lib/io');

module.exports = ioWorkload({
  name: 'io-dns',
  title: "dns.lookup('localhost'), 4 at once",
});
