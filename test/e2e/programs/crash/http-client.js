'use strict';

const http = require('node:http');

const server = http.createServer((_request, response) => response.end('[1, 2, 3'));

server.listen(0, '127.0.0.1', () => {
  http.get({ port: server.address().port, host: '127.0.0.1' }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    response.on('end', function parseAnswer() {
      const length = text.length;
      if (!text.endsWith(']')) throw new Error(`cut after ${length}`);
    });
  });
});
