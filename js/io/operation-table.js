'use strict';

// The table of operations under way, in memory that C++, another thread or the reader of a dead process looks at. It is
// written from here because calls of C++ would cost more than all the rest.

// Of addon/core/io/io_table.h: IoTable::State, in words of 32 bits.
const FIRST_FREE = 0;
const USED = 1;
const LIVE = 2;
const DROPPED = 3;
const SIZE = 4;
const SLOWER = 5;

// IoSlot: its size, and where what is in bytes (the first two in words).
const SLOT_BYTES = 104;
const SEQUENCE = 0;
const GENERATION = 1;
const BEGAN = 8;
const NEXT_FREE = 16;
// One byte each: kind, whether it is synchronous, length of the method, length of the target.
const LABEL = 20;
const TEXT = 24;
const TEXT_BYTES = SLOT_BYTES - TEXT;
const MAX_METHOD = 24;

// A token's lower bits are its slot, the others how often that has been used.
const INDEX_BITS = 17;
const SLOTS = 2 ** INDEX_BITS;
const GENERATIONS = 2 ** 13;
// IoWatch::kSlotsOfPart
const PART_BITS = 9;
const PART_MASK = 2 ** PART_BITS - 1;

const QUESTION_MARK = 0x3f;
const NUMBER_SIGN = 0x23;

// Before the program can replace them. hrtime(): [seconds, nanoseconds] of the clock that C++ uses.
const { hrtime } = process;
// What is written before it is there for other threads by then. x64 keeps stores in order, as V8 does those to typed arrays
// (20 to 26); Atomics.store is a call, which waits for the memory besides.
/** @type {(words: Int32Array | Uint32Array, at: number, value: number) => void} */
const store =
  process.arch === 'x64'
    ? (words, at, value) => {
        words[at] = value;
      }
    : Atomics.store;
const { from } = Buffer;
const { utf8Write } = Buffer.prototype;
const { apply } = Reflect;
// From this length on C++ writes text faster; before V8 has optimised this file, much faster.
const LONG = 32;

// What stands in so many slots is known here. Few programs do more at once, and the texts live on for it.
const KNOWN_SLOTS = 64;

/** Nanoseconds. @returns {number} */
function clock() {
  const time = hrtime();
  return time[0] * 1e9 + time[1];
}

/** What the slots of an operation begin with: its method, and for a URL the same again as a word of the target. */
class Label {
  /** @param {number} kind @param {string} method @param {boolean} isUrl */
  constructor(kind, method, isUrl) {
    // A token, in ASCII.
    const name = method.slice(0, MAX_METHOD);
    const text = isUrl && method !== '' ? `${name}${method} ` : name;
    this.bytes = from(text).subarray(0, TEXT_BYTES);
    this.word = kind | (name.length << 16);
    this.methodLength = name.length;
    this.isUrl = isUrl;
  }
}

/**
 * What was last written to a slot: most operations are about what the one was that had their slot before, and to write that
 * again would be a fifth of what recording adds to a request.
 */
class Known {
  /** What the slot's own was then: if it is another now, C++ has written to it. */
  sequence = -1;
  /** @type {Label | null} */
  label = null;
  first = '';
  second = '';
  /** Where the second text begins in the slot's own. */
  firstEnd = 0;
}

class OperationTable {
  #binding;
  #state;
  /** The first slot of this table. */
  #first;
  #known = Array.from({ length: KNOWN_SLOTS }, () => new Known());
  /** @type {{words: Int32Array, doubles: Float64Array, bytes: Buffer}[]} */
  #parts = [];

  /** @param {any} binding */
  constructor(binding) {
    const state = binding.ioState();
    if (!state) throw new Error('this Node gives JavaScript no memory of others');
    this.#binding = binding;
    this.#state = new Uint32Array(state);
    this.#first = this.#state[USED];
  }

  /** How many times rarer than usual a stack may be noted. */
  get slower() {
    return this.#state[SLOWER];
  }

  /** @param {number} number */
  #addPart(number) {
    const memory = this.#binding.ioSlots(number);
    const part = {
      words: new Int32Array(memory),
      doubles: new Float64Array(memory),
      bytes: from(memory),
    };
    this.#parts[number] = part;
    return part;
  }

  /**
   * An operation begins.
   * @param {Label} label
   * @param {string} first what it is about
   * @param {string} second the rest of that
   * @param {number} now
   * @returns {number} its token, below 2^30; 0: the table was full, and it was only counted
   */
  begin(label, first, second, now) {
    const state = this.#state;
    const free = state[FIRST_FREE];
    const index = free === 0 ? state[USED] : free - 1;
    if (index >= state[SIZE]) {
      state[DROPPED]++;
      return 0;
    }
    const number = index >> PART_BITS;
    const { words, doubles, bytes } = this.#parts[number] ?? this.#addPart(number);
    const start = (index & PART_MASK) * SLOT_BYTES;
    const word = start >> 2;
    if (free === 0) store(state, USED, index + 1);
    else state[FIRST_FREE] = words[word + (NEXT_FREE >> 2)];

    // Odd while it is written; IoTable::Read has the other side.
    const sequence = words[word + SEQUENCE];
    store(words, word + SEQUENCE, sequence + 1);
    const nth = index - this.#first;
    const known = nth >= 0 && nth < KNOWN_SLOTS ? this.#known[nth] : null;
    const isFirst =
      known !== null &&
      known.sequence === sequence &&
      known.label === label &&
      known.first === first;
    if (!isFirst || known.second !== second) {
      const from = start + TEXT;
      const end = from + TEXT_BYTES;
      let at = from;
      if (isFirst) at += known.firstEnd;
      else {
        const given = label.bytes;
        for (let i = 0; i < given.length; i++) bytes[at++] = given[i];
        at = write(bytes, at, end, first, label.isUrl);
        if (known !== null) {
          known.label = label;
          known.first = first;
          known.firstEnd = at - from;
        }
      }
      if (second !== '') at = write(bytes, at, end, second, label.isUrl);
      if (known !== null) known.second = second;
      words[word + (LABEL >> 2)] = label.word | ((at - from - label.methodLength) << 24);
    }
    if (known !== null) known.sequence = sequence + 2;
    doubles[(start + BEGAN) >> 3] = now;
    const before = words[word + GENERATION];
    const generation = before + 1 >= GENERATIONS ? 1 : before + 1;
    words[word + GENERATION] = generation;
    store(words, word + SEQUENCE, sequence + 2);

    state[LIVE]++;
    return (generation << INDEX_BITS) | index;
  }

  /**
   * How long it has lasted.
   * @param {number} token
   * @param {number} now
   * @returns {number} nanoseconds; -1: it has ended already
   */
  elapsed(token, now) {
    const index = token & (SLOTS - 1);
    const part = this.#parts[index >> PART_BITS];
    const start = (index & PART_MASK) * SLOT_BYTES;
    if (!part || part.words[(start >> 2) + GENERATION] !== token >> INDEX_BITS) return -1;
    const began = part.doubles[(start + BEGAN) >> 3];
    return began === 0 ? -1 : now - began;
  }

  /**
   * The operation has ended.
   * @param {number} token
   * @param {number} now
   * @returns {number} as `elapsed`
   */
  end(token, now) {
    const lasted = this.elapsed(token, now);
    if (lasted === -1) return -1;
    const state = this.#state;
    const index = token & (SLOTS - 1);
    const { words, doubles } = this.#parts[index >> PART_BITS];
    const start = (index & PART_MASK) * SLOT_BYTES;
    doubles[(start + BEGAN) >> 3] = 0;
    // The slot used last is used next: few pages are ever touched.
    words[(start + NEXT_FREE) >> 2] = state[FIRST_FREE];
    state[FIRST_FREE] = index + 1;
    state[LIVE]--;
    return lasted;
  }
}

/**
 * Writes text as UTF-8; what does not fit is left out, as is the query of a URL.
 * @param {Buffer} bytes
 * @param {number} at
 * @param {number} end
 * @param {string} text
 * @param {boolean} isUrl
 * @returns {number} where the next byte would be
 */
function write(bytes, at, end, text, isUrl) {
  // What a program gave may be anything: that is between it and Node.
  if (typeof text !== 'string') return at;
  if (text.length >= LONG && !isUrl) return at + apply(utf8Write, bytes, [text, at, end - at]);
  for (let i = 0; i < text.length && at < end; i++) {
    const unit = text.charCodeAt(i);
    if (isUrl && (unit === QUESTION_MARK || unit === NUMBER_SIGN)) return at;
    if (unit >= 0x80) {
      const rest = text.slice(i);
      const shown = isUrl ? rest.replace(/[?#].*/s, '') : rest;
      return at + apply(utf8Write, bytes, [shown, at, end - at]);
    }
    bytes[at++] = unit;
  }
  return at;
}

module.exports = { Label, OperationTable, SLOTS, clock };
