'use strict';

// Who sends to a process that sleeps pays for waking it: 1.5 microseconds on a virtual machine. A program that gets a little
// slower finds its peer asleep more often, and would look twice as slow as it has become.

/**
 * From now on this process does not sleep.
 * @param {() => boolean} isNeeded asked each time the loop turns; it may sleep again after a false
 */
function stayAwake(isNeeded) {
  setImmediate(() => {
    if (isNeeded()) stayAwake(isNeeded);
  });
}

module.exports = { stayAwake };
