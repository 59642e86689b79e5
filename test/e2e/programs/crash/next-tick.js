'use strict';

process.nextTick((mood) => {
  const note = `${mood} tick`;
  throw new Error(note);
}, 'gloomy');
