'use strict';

process.on('beforeExit', () => {
  const left = 'unsaved';
  throw new Error(`something ${left}`);
});
