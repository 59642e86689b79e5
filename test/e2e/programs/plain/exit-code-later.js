'use strict';

process.exitCode = 4;
