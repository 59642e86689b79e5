'use strict';

// Ends after a quarter of a second.
setTimeout(() => {}, 250);
