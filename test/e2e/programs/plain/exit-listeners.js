'use strict';

process.on('exit', (code) => console.log(`exit ${code}`));
process.on('beforeExit', () => console.log('before exit'));
