const { renderDiagnosis } = require('../render/diagnosis');
const { toJson } = require('../render/json');

/** @type {import('./index').Command} */
module.exports = {
  name: 'doctor',
  usage: '',
  summary: 'what works on this machine and this Node, and why not',
  options: [['--json', 'print the findings as one JSON document']],
  examples: ['loopdet doctor', 'LOOPDET_DIR=/var/loopdet loopdet doctor --json'],
  async run({ options, paper, print }) {
    // Required here: the other commands must work where the addon cannot even be found.
    const { diagnose, measureOverhead } = require('../../doctor');
    const found = diagnose();
    const overhead =
      'error' in found.addon ? { error: 'the addon is not loaded' } : measureOverhead();
    const diagnosis = { ...found, overhead };
    print(options.json ? toJson(diagnosis) : renderDiagnosis(diagnosis, paper));
    return 'error' in diagnosis.addon ? 1 : 0;
  },
};
