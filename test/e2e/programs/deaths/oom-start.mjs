// An ES module that uses up the JavaScript heap before it has been evaluated, while its exceptions are read. Run it with
// a small --max-old-space-size.

const kept = [];
for (;;) kept.push({ text: `${kept.length}`, list: [kept.length] });
