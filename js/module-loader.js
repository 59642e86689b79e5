'use strict';

/**
 * @typedef {object} Home where modules run
 * @property {string} root the folder that ids begin at
 * @property {(id: string) => Function} compile a module's text as a function in this context
 * @property {(name: string) => any} builtin a module of Node's
 * @property {Record<string, any>} shared exports of modules that run elsewhere, by id
 */

/**
 * CommonJS for modules of ours, in whichever context this runs: `require` with a path that begins with a dot, or for Node's.
 * @param {Home} home
 * @returns {(id: string) => any} loads a module and gives its exports; a module's id is its path from the root
 */
function createLoader({ root, compile, builtin, shared }) {
  /** @type {Map<string, {exports: any}>} */
  const modules = new Map();

  /** @param {string} id @returns {any} */
  function load(id) {
    if (id in shared) return shared[id];
    const known = modules.get(id);
    if (known) return known.exports;
    const own = { exports: {} };
    modules.set(id, own);
    const folder = id.slice(0, id.lastIndexOf('/'));
    const run = compile(id);
    run(own.exports, requireFrom(folder), own, `${root}/${id}`, `${root}/${folder}`);
    return own.exports;
  }

  /** The `require` of a module. @param {string} folder of an id @returns {(name: string) => any} */
  function requireFrom(folder) {
    return (name) => (name.startsWith('.') ? load(resolve(folder, name)) : builtin(name));
  }

  return load;
}

/**
 * Not path.join, which so many paths make hot enough for V8 to optimise it: 3 ms.
 * @param {string} folder
 * @param {string} name "./x.js" or "../x.js", also from further up
 */
function resolve(folder, name) {
  const parts = folder.split('/');
  let rest = name.startsWith('./') ? name.slice(2) : name;
  for (; rest.startsWith('../'); rest = rest.slice(3)) parts.pop();
  return [...parts, rest].join('/');
}

module.exports = { createLoader };
