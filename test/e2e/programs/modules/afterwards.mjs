// After its start a module program is as fast as any: caught exceptions and awaits cost what they cost.
const caught = () => {
  try {
    throw new Error('caught');
  } catch {
    return 1;
  }
};
const step = async (sum) => sum + 1;

setTimeout(async () => {
  let sum = 0;
  const start = performance.now();
  for (let i = 0; i < 2000; i++) sum += caught();
  for (let i = 0; i < 100000; i++) sum = await step(sum);
  console.error(`took ${performance.now() - start}`);
  console.log(sum);
}, 20);
