setTimeout(() => {
  const lamp = 'green';
  throw new Error(`lamp is ${lamp}`);
}, 2);
