'use strict';

// What `node --require loopdet-addon` loads. A failure of ours is one line, and the program starts as without us.
const { load } = require('./own-modules.js');

try {
  const { active, start } = /** @type {typeof import('./recording.js')} */ (load('recording.js'));
  if (!active()) start();
} catch (error) {
  // A worker fails for the reason that the main thread has told.
  if (load('thread.js').isMainThread) load('warn.js').warn(/** @type {Error} */ (error).message);
}
