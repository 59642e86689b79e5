'use strict';

const net = require('node:net');

// Nothing listens on port 1: the error comes from a system call, with no user code on the stack.
net.connect(1, '127.0.0.1');
