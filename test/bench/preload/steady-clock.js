'use strict';

// Loaded before the addon where instructions are counted: a program runs some fifty times slower then, and whatever the
// addon does so often a second (stacks that it notes) would weigh fifty times what it does. So its clock goes by how often it
// is read, as fast as it would in a program that runs at full speed.
const STEP_NS = 10_000;
const SECOND_NS = 1e9;

const { hrtime } = process;
const time = [0, 0];
// Node's own is called all the same: it costs what it costs.
process.hrtime = /** @type {any} */ (
  Object.assign(
    () => {
      hrtime();
      time[1] += STEP_NS;
      if (time[1] >= SECOND_NS) {
        time[0]++;
        time[1] -= SECOND_NS;
      }
      return time;
    },
    { bigint: hrtime.bigint },
  )
);
