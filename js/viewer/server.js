/**
 * The web server of `loopdet serve`: pages, the front ends that they open, and the protocol of each crash. It reads files
 * of one directory, answers only those who may ask, and runs nothing that a file holds.
 */

const crypto = require('node:crypto');
const http = require('node:http');
const os = require('node:os');
const { WebSocketServer } = require('ws');
const { Catalogue } = require('./catalogue');
const { ROUTES } = require('./routes');
const { failurePage } = require('./pages/failure');

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
const ANY = new Set(['0.0.0.0', '::']);
const COOKIE = 'loopdet-token';
// Scripts of ours only, nothing from elsewhere, nobody's frame.
const OWN_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const MAX_MESSAGE = 16 * 1024 * 1024;
const MAX_CLIENTS = 64;
// A front end that starts asks a few hundred things at once.
const MAX_MESSAGES_PER_SECOND = 5000;
const POLICY_VIOLATION = 1008;

/**
 * @typedef {object} ServeOptions
 * @property {import('./stores/directory').Store} store what is served
 * @property {string} host to listen on
 * @property {number} port 0 for any that is free
 *
 * @typedef {object} Context of a request
 * @property {InstanceType<typeof Catalogue>} catalogue
 * @property {string} host this server as the client named it, with its port
 * @property {URL} url
 * @property {http.IncomingMessage} request
 * @property {http.ServerResponse} response
 *
 * @typedef {{url: string, token: string | null, close: () => Promise<void>}} Viewer
 */

/** @param {ServeOptions} options @returns {Promise<Viewer>} */
async function serve({ store, host, port }) {
  const isLocal = LOOPBACK.has(host);
  // A crash file says where maps lie: whoever sees the page from elsewhere is not to read this machine's files by it.
  const catalogue = new Catalogue(store, { mayReadFiles: isLocal });
  // What is wrong with the place is told before a port is taken.
  await catalogue.list();
  const token = isLocal ? null : crypto.randomBytes(18).toString('base64url');
  const gate = new Gate(host, token);
  const server = http.createServer((request, response) => {
    // Checked first: nothing else is said to whoever may not ask.
    const refusal = gate.refuse(request);
    if (refusal) return refuse(response, ...refusal);
    const url = urlOf(request);
    if (gate.takeToken(url, response)) return;
    const name = /** @type {string} */ (request.headers.host);
    handle({ catalogue, host: name, url, request, response });
  });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE,
    perMessageDeflate: false,
    clientTracking: true,
  });
  server.on('upgrade', async (request, socket, head) => {
    const name = catalogue.nameOf(urlOf(request).pathname.slice(1));
    const refusal = gate.refuse(request) ?? gate.refuseOrigin(request);
    const refuseWith = (/** @type {number} */ status) =>
      socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\nConnection: close\r\n\r\n`);
    socket.on('error', () => {});
    if (refusal) return refuseWith(refusal[0]);
    if (name === undefined) return refuseWith(404);
    if (sockets.clients.size >= MAX_CLIENTS) return refuseWith(503);
    try {
      const reader = await catalogue.open(await catalogue.entryOf(name));
      sockets.handleUpgrade(request, socket, head, (client) => replay(client, reader));
    } catch {
      refuseWith(404);
    }
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve(undefined));
  });
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  // Of "all addresses" none can be opened.
  const named = ANY.has(address.address) ? os.hostname() : address.address;
  const shown = named.includes(':') ? `[${named}]` : named;
  return {
    url: `http://${shown}:${address.port}/${token ? `?token=${token}` : ''}`,
    token,
    close: () =>
      new Promise((resolve) => {
        for (const client of sockets.clients) client.terminate();
        catalogue.close();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** @param {http.IncomingMessage} request */
function urlOf(request) {
  try {
    return new URL(request.url ?? '/', 'http://server');
  } catch {
    return new URL('http://server/');
  }
}

/** Who may ask. */
class Gate {
  /** @type {Set<string>} */
  #hosts;
  #token;

  /** @param {string} host that is listened on @param {string | null} token that is needed */
  constructor(host, token) {
    this.#hosts = new Set([...LOOPBACK, '[::1]', host, `[${host}]`]);
    this.#token = token;
  }

  /** @param {http.IncomingMessage} request @returns {[status: number, why: string] | null} null: it may ask */
  refuse(request) {
    const host = request.headers.host ?? '';
    // A page of elsewhere whose name was made to lead here (DNS rebinding) has a name of its own. With a token, names
    // do not matter: such a page does not know it.
    if (!this.#token && !this.#hosts.has(host.replace(/:\d+$/, ''))) {
      return [400, `This server is not ${host || 'without a name'}: ask 127.0.0.1`];
    }
    if (request.method !== 'GET' && request.method !== 'HEAD') return [405, 'Only GET'];
    if (this.#token && !this.#hasToken(request)) {
      return [403, 'The address that loopdet serve printed has a token, which is missing here'];
    }
    return null;
  }

  /** Any page may open a WebSocket to this machine, but it says where it is from. @param {http.IncomingMessage} request @returns {[number, string] | null} */
  refuseOrigin({ headers: { origin, host = '' } }) {
    const isKnown =
      origin === undefined ||
      origin === `http://${host}` ||
      origin === 'devtools://devtools' ||
      this.#isUnderAnotherName(origin, host);
    return isKnown ? null : [403, `No page of ${origin} may ask`];
  }

  /** A page at localhost asks 127.0.0.1. @param {string} origin @param {string} host */
  #isUnderAnotherName(origin, host) {
    const [, name = '', port] = /^http:\/\/(.+?)(?::(\d+))?$/.exec(origin) ?? [];
    return LOOPBACK.has(name.replace(/[[\]]/g, '')) && port === /:(\d+)$/.exec(host)?.[1];
  }

  /** @param {http.IncomingMessage} request */
  #hasToken(request) {
    const cookie = new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? '');
    const given = urlOf(request).searchParams.get('token') ?? cookie?.[1] ?? '';
    const wanted = Buffer.from(/** @type {string} */ (this.#token));
    const found = Buffer.from(given);
    return found.length === wanted.length && crypto.timingSafeEqual(found, wanted);
  }

  /** From the address into a cookie, so that it stays out of the history. @param {URL} url @param {http.ServerResponse} response */
  takeToken(url, response) {
    if (!this.#token || !url.searchParams.has('token') || url.pathname !== '/') return false;
    response.writeHead(303, {
      Location: '/',
      'Set-Cookie': `${COOKIE}=${this.#token}; HttpOnly; SameSite=Strict; Path=/`,
    });
    response.end();
    return true;
  }
}

/** @param {http.ServerResponse} response @param {number} status @param {string} why */
function refuse(response, status, why) {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${why}\n`);
}

/** @param {Context} context */
async function handle(context) {
  const { response, url } = context;
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('Content-Security-Policy', OWN_POLICY);
  try {
    for (const [pattern, answer] of ROUTES) {
      const match = pattern.exec(url.pathname);
      if (!match) continue;
      await answer(context, ...match.slice(1).map(decodeURIComponent));
      return;
    }
    sendFailure(context, 404, 'There is no such page');
  } catch (error) {
    // A damaged file, most often: its page says what is wrong with it.
    const { message } = /** @type {Error} */ (error);
    sendFailure(context, /** @type {any} */ (error).code === 'ENOENT' ? 404 : 422, message);
  }
}

/** @param {Context} context @param {number} status @param {string} message */
function sendFailure({ response }, status, message) {
  if (response.headersSent) return response.destroy();
  response.writeHead(status, { 'Content-Type': 'text/html; charset=utf-8' });
  response.end(String(failurePage(status, message)));
}

/** @param {import('ws').WebSocket} client @param {import('./catalogue').FileReader} reader */
function replay(client, reader) {
  const send = (/** @type {string} */ text) => {
    if (client.readyState === client.OPEN) client.send(text);
  };
  const opened = reader.open(send, () => client.terminate());
  opened.catch(() => client.terminate());
  let second = 0;
  let messages = 0;
  client.on('message', (data) => {
    const now = Math.floor(performance.now() / 1000);
    messages = now === second ? messages + 1 : 1;
    second = now;
    if (messages > MAX_MESSAGES_PER_SECOND)
      return client.close(POLICY_VIOLATION, 'too many messages');
    const text = String(data);
    opened.then((session) => session.receive(text)).catch(() => {});
  });
  client.on('error', () => client.terminate());
  client.on('close', () => opened.then((session) => session.close()).catch(() => {}));
}

module.exports = { serve };
