'use strict';

// What `node --require loopdet-addon` loads. A failure of ours is one line, and the program starts as without us.
const { active, start, warn } = require('./api.js');

try {
  if (!active()) start();
} catch (error) {
  warn(/** @type {Error} */ (error).message);
}
