'use strict';

// Turns its loop often, until it is killed.
setInterval(() => {}, 2);
