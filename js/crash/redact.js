'use strict';

const { CUT, cutSecrets, isSuspectJson } = require('./secret-patterns.js');

const { parse, stringify } = JSON;
const { forEach: forEachOfSet } = Set.prototype;
const { forEach: forEachOfMap } = Map.prototype;

// Secrets are cut by their looks (secret-patterns.js), and by the name of what holds them, compared without case and separators: access_token, accessToken and
// X-Access-Token are one.
const NAMES = [
  'password',
  'passwd',
  'passphrase',
  'secret',
  'token',
  'apikey',
  'accesskey',
  'privatekey',
  'credential',
  'authorization',
  'cookie',
  'sessionid',
  'creditcard',
  'cardnumber',
];
// Too short to be looked for within a name ("className" holds "ssn").
const WHOLE_NAMES = ['pwd', 'cvv', 'ssn', 'pin', 'auth'];
// A text is read no further than this for secrets, and what is beyond is not kept.
const MAX_TEXT = 1000000;

// The same names come again and again.
const MAX_KNOWN = 10000;
// What a name has told to be secret is so wherever else it stands; too short a text may stand anywhere.
const LEAST_VALUE = 8;
const SHORT = 50;
// The protocol's: isolate, context and number. The first is by chance, and one of thirty could be the number of a card.
const ID = /^-?\d+\.\d+\.\d+$/;
const ID_KEYS = new Set(['objectId', 'callFrameId']);
const MAX_VALUES = 200;
const INDEX = /^\d{1,10}$/;

/** @type {string[]} */
let names = NAMES;
/** @type {Map<string, string | undefined>} name to its rule */
const known = new Map();
let active = true;
/** @type {Set<string>} short texts that hold no secret: the protocol's words come by the thousand */
const clean = new Set();
/** @type {Set<string>} what was cut by its name */
const values = new Set();
/** @type {Map<string, number>} rule to how often it cut */
const cuts = new Map();

/** What has been cut so far, for another context's copy of this module. */
const redactionState = { values, cuts };
/** By another context's copy. @type {Map<string, number>} */
const cutsElsewhere = new Map();

/** @param {{redact: boolean, redactNames: string[]}} config */
function configureRedaction(config) {
  active = config.redact;
  names = [...NAMES, ...config.redactNames.map(normalise)];
  known.clear();
  clean.clear();
}

/** What was cut elsewhere is cut here, too. @param {typeof redactionState} other of the copy in the program's context */
function learnCuts(other) {
  if (other === redactionState) return;
  forEachOfSet.call(other.values, remember);
  forEachOfMap.call(other.cuts, (cut, rule) => cutsElsewhere.set(rule, cut));
}

/** @param {string} name */
function normalise(name) {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** The rule by which what has this name is secret. @param {string} name @returns {string | undefined} */
function ruleOf(name) {
  // The entries of a list, by the thousand.
  if (INDEX.test(name)) return undefined;
  if (known.has(name)) return known.get(name);
  const plain = normalise(name);
  const rule =
    names.find((part) => plain.includes(part)) ?? WHOLE_NAMES.find((whole) => whole === plain);
  if (known.size < MAX_KNOWN) known.set(name, rule);
  return rule;
}

/** @param {string} rule */
function count(rule) {
  cuts.set(rule, (cuts.get(rule) ?? 0) + 1);
}

/** Whether what has this name is to be cut. @param {string} name @param {unknown} value */
function isSecret(name, value) {
  const rule = active ? ruleOf(name) : undefined;
  if (!rule) return false;
  count(rule);
  remember(value);
  return true;
}

/** @param {unknown} value that its name tells to be secret */
function remember(value) {
  if (typeof value !== 'string' || value.length < LEAST_VALUE || value === CUT) return;
  if (values.size >= MAX_VALUES || values.has(value)) return;
  values.add(value);
  clean.clear();
}

/** A text without what looks like a secret in it. @param {string} text */
function redactText(text) {
  if (!active || clean.has(text)) return text;
  const read = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (not kept)` : text;
  let rest = cutSecrets(read, ruleOf, count);
  for (const value of values) {
    if (!rest.includes(value)) continue;
    rest = rest.replaceAll(value, CUT);
    count('value');
  }
  if (rest === text && text.length < SHORT && clean.size < MAX_KNOWN) clean.add(text);
  return rest;
}

/** @param {string} key @param {string} value */
function isId(key, value) {
  return ID_KEYS.has(key) && ID.test(value);
}

/** @param {string} key @param {unknown} value */
function redactInside(key, value) {
  if (typeof value === 'string') {
    if (isId(key, value)) return value;
    return isSecret(key, value) ? CUT : redactText(value);
  }
  return typeof value === 'number' && isSecret(key, value) ? CUT : value;
}

/** JSON text, without what looks like a secret in any of its strings. @param {unknown} value @returns {string} */
function redactedJson(value) {
  return active ? stringify(value, redactInside) : stringify(value);
}

/**
 * The same of a record of JSON texts. Most hold nothing that looks like a secret, which is told in an eighth of the time.
 * @param {Record<string, string>} texts
 * @returns {string}
 */
function redactedRecord(texts) {
  const told = [...values].map((value) => stringify(value).slice(1, -1));
  const parts = Object.keys(texts).map((key) => {
    const text = texts[key];
    const isSuspect = active && (isSuspectJson(text) || told.some((one) => text.includes(one)));
    return `${stringify(key)}:${isSuspect ? redactedJson(parse(text)) : text}`;
  });
  return `{${parts.join(',')}}`;
}

/**
 * What is secret in a document, or in any text of a file of ours.
 * @param {unknown} document
 * @returns {{at: string, rule: string}[]} never the secret itself
 */
function findSecrets(document) {
  /** @type {{at: string, rule: string}[]} */
  const found = [];
  /** @type {[at: string, key: string, value: any][]} */
  const queue = [['', '', document]];
  for (let next = queue.pop(); next; next = queue.pop()) {
    const [at, key, value] = next;
    const note = (/** @type {string} */ rule) => found.push({ at, rule });
    const named = isShown(value) ? ruleOf(key) : undefined;
    if (named) note(named);
    if (typeof value === 'object' && value !== null) {
      const { name, value: held } = value;
      const rule = typeof name === 'string' && isShown(held) ? ruleOf(name) : undefined;
      if (rule) note(rule);
      for (const [inner, one] of Object.entries(value).reverse()) {
        const path = /^\d+$/.test(inner) ? `${at}[${inner}]` : `${at}${at && '.'}${inner}`;
        queue.push([path, inner, one]);
      }
    } else if (typeof value === 'string' && !named && !isId(key, value)) {
      cutSecrets(value, ruleOf, note);
    }
  }
  return found;
}

/** A value, plain or as the protocol or a frame's variable has it, that is there and was not cut. @param {any} value */
function isShown(value) {
  if (typeof value === 'string') return value !== '' && !value.includes(CUT);
  if (typeof value === 'number') return true;
  if (typeof value !== 'object' || value === null || value.type === 'function') return false;
  return isShown(value.value ?? value.text ?? value.description);
}

/**
 * The words of a command line: `--password=x`, `--password x`, and what looks like a secret.
 * @param {string[]} words
 */
function redactArguments(words) {
  let follows = false;
  return words.map((word) => {
    const isValue = follows && !word.startsWith('-');
    follows = active && /^--?[\w-]+$/.test(word) && ruleOf(word) !== undefined;
    // Paths and plain options, as most words of most commands are.
    if (!isValue) return /^[./-][^=:@]*$/.test(word) ? word : redactText(word);
    count('argument');
    remember(word);
    return CUT;
  });
}

/**
 * Cuts the values of secret names in a list of the protocol's PropertyDescriptors, and in their previews.
 * @param {any[] | undefined} properties
 */
function redactProperties(properties) {
  for (const property of properties ?? []) {
    const { value } = property;
    if (!value) continue;
    if (value.type !== 'function' && isSecret(property.name, value.value)) {
      property.value = { type: 'string', value: CUT };
    } else {
      redactEntryText(value);
      redactPreview(value.preview);
    }
  }
  redactEntry(properties ?? []);
}

/** An entry of a Map, read as an object: its key names its value. @param {any[]} properties */
function redactEntry(properties) {
  const [key, entry] = properties;
  if (properties.length > 3 || key?.name !== 'key' || entry?.name !== 'value') return;
  if (key.value?.type !== 'string' || !isSecret(key.value.value, entry.value?.value)) return;
  entry.value = { type: 'string', value: CUT };
}

/** The same in the text that stands for it: {"key" => "value"}. @param {any} remote a RemoteObject or ObjectPreview */
function redactEntryText(remote) {
  if (remote?.subtype !== 'internal#entry') return;
  const [start, key] = /^\{"(.*?)" => /.exec(remote.description) ?? [];
  if (start && isSecret(key, undefined)) remote.description = `${start}${CUT}}`;
}

/** @param {any} preview one of the protocol's, or undefined */
function redactPreview(preview) {
  // As that of most values: a capture comes by thousands of them.
  if (!preview) return;
  redactEntryText(preview);
  if (preview.subtype === 'internal#entry') {
    const [key, entry] = preview.properties;
    if (key?.name === 'key' && entry && isSecret(key.value, undefined)) {
      preview.properties[1] = { name: 'value', type: 'string', value: CUT };
    }
  }
  for (const part of preview.properties ?? []) {
    if (part.type !== 'function' && part.value !== undefined && isSecret(part.name, undefined))
      part.value = CUT;
    redactPreview(part.valuePreview);
  }
  for (const entry of preview.entries ?? []) {
    // A Map's key names its value as a property does.
    const key = entry.key?.description;
    if (typeof key === 'string' && isSecret(key, undefined)) {
      entry.value = { type: 'string', description: CUT, overflow: false, properties: [] };
    }
    redactPreview(entry.key);
    redactPreview(entry.value);
  }
}

/**
 * @template T
 * @param {string} name
 * @param {T} value
 */
function redactValue(name, value) {
  return isSecret(name, value) ? CUT : value;
}

/** The crash file's `redaction` section. */
function redactionSection() {
  const all = [...cuts, ...cutsElsewhere];
  return {
    count: all.reduce((sum, [, cut]) => sum + cut, 0),
    rules: [...new Set(all.map(([rule]) => rule))].sort(),
  };
}

module.exports = {
  configureRedaction,
  findSecrets,
  learnCuts,
  redactArguments,
  redactProperties,
  redactText,
  redactValue,
  redactedJson,
  redactedRecord,
  redactionSection,
  redactionState,
};
