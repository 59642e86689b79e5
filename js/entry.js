'use strict';

// The program's first file.
const fs = require('node:fs');
const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { nodeOption, readNearestPackage } = require('./config.js');

// What loads ES modules before it, or makes one of what has no name.
const MODULE_OPTIONS = ['--import', '--input-type', '--loader', '--experimental-loader'];
// Node asks V8 where no package.json says (Node 20.19, 22.7): at the beginning of a line, nearly always.
const MODULE_SYNTAX = /^(?:import\s*['"{*\w]|export\s*[{*\w]|await\s)/m;

/** @type {boolean | undefined} */
let isModule;

/** Whether it is an ES module, or something loads ES modules before it. */
function programIsModule() {
  isModule ??= decide();
  return isModule;
}

function decide() {
  if (MODULE_OPTIONS.some((name) => nodeOption(name) !== null)) return true;
  const main = process.argv[1];
  if (!main || /\.c[jt]s$/.test(main)) return false;
  if (/\.m[jt]s$/.test(main)) return true;
  const { type } = readNearestPackage(path.dirname(path.resolve(main)), '"type"');
  return type === undefined ? hasModuleSyntax(main) : type === 'module';
}

/** @param {string} file */
function hasModuleSyntax(file) {
  try {
    return MODULE_SYNTAX.test(fs.readFileSync(file, 'utf8'));
  } catch {
    // A name without its extension, or a folder.
    return false;
  }
}

/** @returns {string | null} its URL as a module; null: it has none */
function entryUrl() {
  try {
    const file = path.resolve(process.argv[1] ?? '');
    const isKept = nodeOption('--preserve-symlinks-main') !== null;
    return pathToFileURL(isKept ? file : fs.realpathSync(file)).href;
  } catch {
    return null;
  }
}

module.exports = { entryUrl, programIsModule };
