'use strict';

// WebAssembly that reads beyond its memory: each time a SIGSEGV, which V8 turns into an exception. Catches
// them all, prints how many and ends well.

// (module (memory 1) (func (export "read") (param i32) (result i32) (i32.load (local.get 0))))
const bytes = Buffer.from(
  '0061736d0100000001060160017f017f030201000503010001070801047265616400000a0901070020002802000b',
  'hex',
);
const { read } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;

const times = Number(process.argv[2] ?? 10_000);
let caught = 0;
for (let i = 0; i < times; ++i) {
  try {
    read(0x7fff0000 - i * 4);
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) ++caught;
  }
}
console.log(caught);
