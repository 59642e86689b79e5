'use strict';

const { spawn } = require('node:child_process');

spawn('/no/such/program');
