'use strict';

async function fail(how) {
  if (how === 'later') await null;
  throw new Error(`failed ${how}`);
}

(async () => {
  await fail('now').catch((error) => console.log(error.message));
  await fail('later').catch((error) => console.log(error.message));
  try {
    await fail('now');
  } catch (error) {
    console.log(`again ${error.message}`);
  }
})();
