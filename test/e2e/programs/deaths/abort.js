'use strict';

// Ends by SIGABRT, by its own word.

process.abort();
