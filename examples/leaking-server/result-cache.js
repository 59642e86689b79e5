'use strict';

/** Remembers pages by address. Nothing is ever removed: that is the leak. */
class ResultCache {
  constructor() {
    this.entries = new Map();
  }

  get size() {
    return this.entries.size;
  }

  /** Returns the entry of `key`, made by `make` the first time. */
  get(key, make) {
    let entry = this.entries.get(key);
    if (entry === undefined) {
      entry = make();
      this.entries.set(key, entry);
    }
    return entry;
  }
}

module.exports = { ResultCache };
