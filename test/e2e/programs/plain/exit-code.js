'use strict';

setTimeout(() => process.exit(3), 10);
