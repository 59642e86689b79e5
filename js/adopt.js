'use strict';

const { getPrototypeOf, setPrototypeOf, prototype: ofObject } = Object;
const { prototype: ofArray, isArray } = Array;
const { ownKeys } = Reflect;

/**
 * Has what Node made of plain data in the program's context inherit from this one's prototypes: what the program has done
 * to its own (Object.prototype.toJSON, Array.prototype.map) is not reached any more.
 * @template T
 * @param {T} data of objects, arrays and primitives; no getters
 * @returns {T} the same
 */
function adopt(data) {
  if (typeof data !== 'object' || data === null) return data;
  const prototype = isArray(data) ? ofArray : ofObject;
  // In this context already: what it holds is, too.
  if (getPrototypeOf(data) === prototype) return data;
  setPrototypeOf(data, prototype);
  if (isArray(data)) for (let i = 0; i < data.length; i++) adopt(data[i]);
  else for (const key of ownKeys(data)) adopt(/** @type {any} */ (data)[key]);
  return data;
}

module.exports = { adopt };
