'use strict';

async function pay() {
  const receipt = 'r-42';
  await new Promise((resolve) => setTimeout(resolve, 5));
  throw new Error(`unpaid ${receipt}`);
}

pay();
