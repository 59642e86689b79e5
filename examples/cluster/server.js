'use strict';

// A node:cluster server, one of whose workers dies of a bad request. From the repository root:
//
//   node --require loopdet-addon examples/cluster/server.js
//   curl localhost:3000/                  answered by any worker
//   curl localhost:3000/crash             that worker dies; the others go on, and it is replaced
//   node js/cli/main.js ls                its crash file, under its own process's number
//
// Workers are processes: they inherit --require from the primary, and LOOPDET_DIR, where each writes files of its own. What
// ended a worker hard (SIGKILL, out of memory) the next one that starts finds in its black box.

const cluster = require('node:cluster');
const http = require('node:http');

if (cluster.isPrimary) {
  for (let count = 0; count < 2; count++) cluster.fork();
  cluster.on('exit', (worker, code, signal) => {
    console.log(`worker ${worker.process.pid} ended: ${signal ?? code}`);
    cluster.fork();
  });
  cluster.on('listening', (worker, { port }) => {
    console.log(`worker ${worker.process.pid}: http://127.0.0.1:${port}`);
  });
} else {
  const sessions = new Map();
  http
    .createServer((request, response) => {
      if (request.url === '/crash') return endSession(sessions, 'unknown');
      response.end(`${process.pid}\n`);
    })
    .listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
}

function endSession(sessions, id) {
  const session = sessions.get(id);
  sessions.delete(session.id);
}
