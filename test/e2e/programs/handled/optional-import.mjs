let found = 'none';
try {
  await import('no-such-package');
} catch (error) {
  found = error.code;
}
console.log(found);
