/** Writes a black box as addon/core/blackbox/layout.h has it: a second account of the same bytes. */

const fs = require('node:fs');

const FILE_BYTES = 64 * 1024;
const THREAD_BYTES = 16 * 1024;
const CHUNK_BYTES = 4 * 1024;
const IDENTITY = 1024;
const RING = 12288 + THREAD_BYTES;

/**
 * CRC-32C.
 * @param {Buffer} bytes
 * @param {number} [seed]
 */
function crc32c(bytes, seed = 0) {
  let crc = ~seed;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return ~crc >>> 0;
}

/**
 * Of a process that ran before this machine was started.
 * @param {string} file
 * @param {{ pid: number, events: object[] }} content
 */
function makeBox(file, { pid, events }) {
  const box = Buffer.alloc(FILE_BYTES);
  box.writeUInt32LE(1, 512); // running

  const identity = Buffer.from(JSON.stringify({ commandLine: ['node', 'app.js'] }));
  box.writeUInt32LE(identity.length, IDENTITY + 4);
  box.writeBigUInt64LE(1n, IDENTITY + 8);
  identity.copy(box, IDENTITY + 16);
  box.writeUInt32LE(crc32c(box.subarray(IDENTITY + 4, IDENTITY + 16 + identity.length)), IDENTITY);

  box.writeBigUInt64LE(1n, RING); // claim
  box.writeUInt32LE(crc32c(box.subarray(RING, RING + 12)), RING + 12);
  const seed = crc32c(box.subarray(RING, RING + 8));
  let at = RING + 24;
  for (const [index, event] of events.entries()) {
    const payload = Buffer.from(JSON.stringify(event));
    const size = 32 + payload.length;
    box.writeUInt32LE(size, at + 4);
    box.writeBigInt64LE(BigInt(2e9 + index), at + 8);
    box.writeBigUInt64LE(BigInt(index), at + 16);
    box.writeUInt16LE(7, at + 28); // a note, or whatever its payload says
    payload.copy(box, at + 32);
    box.writeUInt32LE(crc32c(box.subarray(at + 4, at + size), seed), at);
    at += (size + 7) & ~7;
  }

  box.write('LOOPDBOX', 0, 'latin1');
  box.writeUInt32LE(3, 8); // version
  box.writeUInt32LE(1, 12); // threads
  box.writeBigUInt64LE(BigInt(FILE_BYTES), 16);
  box.writeUInt32LE(THREAD_BYTES, 24);
  box.writeUInt32LE(CHUNK_BYTES, 28);
  box.writeBigUInt64LE(BigInt(pid), 32);
  box.writeBigUInt64LE(1n, 40); // start
  box.fill(0xab, 48, 64); // boot
  box.writeBigInt64LE(1_000_000_000n, 64);
  box.writeBigInt64LE(BigInt(Date.parse('2026-11-20T17:00:00Z')) * 1_000_000n, 72);
  box.writeUInt32LE(crc32c(box.subarray(0, 84)), 84);
  fs.writeFileSync(file, box, { mode: 0o600 });
}

module.exports = { makeBox };
