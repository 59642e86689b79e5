'use strict';

// The programmatic interface: no side effects at load. One copy of it a thread, whoever asks first.
const { load } = require('./own-modules.js');

const { start, stop, active, histogram, heapSnapshot, note, on, off, profile, report, stats } =
  /** @type {typeof import('./recording.js')} */ (load('recording.js'));
const { Detective } = require('./detective.js');

module.exports = {
  start,
  stop,
  active,
  histogram,
  heapSnapshot,
  note,
  on,
  off,
  profile,
  report,
  stats,
  Detective,
};
