'use strict';

process.emitWarning('careful', { code: 'APP001', detail: 'with this' });
process.on('warning', (warning) => console.log(warning.code));
