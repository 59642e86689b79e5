'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

/**
 * A key and its certificate for localhost, made on the spot.
 *
 * @param {string} directory
 */
function makeCertificate(directory) {
  const keyFile = path.join(directory, 'key.pem');
  const certFile = path.join(directory, 'cert.pem');
  const request = [
    'req',
    '-x509',
    '-nodes',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
  ];
  const subject = [
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost,IP:127.0.0.1',
  ];
  const files = ['-days', '2', '-keyout', keyFile, '-out', certFile];
  execFileSync('openssl', [...request, ...subject, ...files], { stdio: 'pipe', timeout: 20_000 });
  return { certFile, keyFile, key: fs.readFileSync(keyFile), cert: fs.readFileSync(certFile) };
}

module.exports = { makeCertificate };
