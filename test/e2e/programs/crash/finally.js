'use strict';

function work() {
  const job = 'job-3';
  try {
    throw new Error(`failed ${job}`);
  } finally {
    process.stdout.write('cleaned up\n');
  }
}

work();
