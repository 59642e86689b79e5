'use strict';

// The programmatic interface: no side effects at load. One copy of it a thread, whoever asks first.
const { load } = require('./own-modules.js');

const { start, active, histogram, heapSnapshot, note, on, off, profile, report, stats } =
  /** @type {typeof import('./recording.js')} */ (load('recording.js'));

module.exports = {
  start,
  active,
  histogram,
  heapSnapshot,
  note,
  on,
  off,
  profile,
  report,
  stats,
};
