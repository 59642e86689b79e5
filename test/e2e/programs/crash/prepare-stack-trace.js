'use strict';

// Node itself formats the stack; the program's hook must not be called once more because of us.
let calls = 0;
Error.prepareStackTrace = (error, frames) => {
  calls += 1;
  return `${error.message} in ${frames[0].getFunctionName()}`;
};
process.on('exit', () => process.stdout.write(`prepared ${calls}\n`));

(function boil() {
  const degrees = 101;
  throw new Error(`boiled over ${degrees}`);
})();
