const path = require('node:path');
const { recover } = require('../black-box');
const { defaultDirectory, keepLimits } = require('../environment');
const { toJson } = require('../render/json');
const { renderRecovered } = require('../render/recovered');

/** @type {import('./index').Command} */
module.exports = {
  name: 'recover',
  usage: '[place]',
  summary: 'turn the black boxes of dead processes, in a directory or one file, into crash files',
  options: [
    ['--keep', 'leave the black boxes where they are'],
    ['--json', 'print what became of each as one JSON document'],
  ],
  examples: ['loopdet recover', 'loopdet recover /var/loopdet --keep'],
  run({ args: [place = defaultDirectory()], options, paper, print }) {
    const boxes = recover(place, { keep: options.keep === true, ...keepLimits() });
    print(options.json ? toJson(boxes) : renderRecovered(path.normalize(place), boxes, paper));
    return boxes.some((box) => box.error !== undefined) ? 1 : 0;
  },
};
