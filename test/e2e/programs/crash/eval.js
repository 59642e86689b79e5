'use strict';

function calculate(formula) {
  const variables = { x: 3 };
  // biome-ignore lint/security/noGlobalEval: the crash inside eval is what is tested
  return eval(formula) + variables.x;
}

calculate('variables.y.z');
