'use strict';

// Secrets are cut by the name of what holds them, compared without case and separators: access_token, accessToken and
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
const CUT = '[redacted]';

/** @type {string[]} */
let names = NAMES;
let active = true;
/** @type {Map<string, number>} rule to how often it cut */
const cuts = new Map();

/** @param {{redact: boolean, redactNames: string[]}} config */
function configureRedaction(config) {
  active = config.redact;
  names = [...NAMES, ...config.redactNames.map(normalise)];
}

/** @param {string} name */
function normalise(name) {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** @param {string} name */
function isSecret(name) {
  if (!active) return false;
  const plain = normalise(name);
  const rule =
    names.find((part) => plain.includes(part)) ?? WHOLE_NAMES.find((whole) => whole === plain);
  if (rule) cuts.set(rule, (cuts.get(rule) ?? 0) + 1);
  return rule !== undefined;
}

/**
 * Cuts the values of secret names in a list of the protocol's PropertyDescriptors, and in their previews.
 * @param {any[] | undefined} properties
 */
function redactProperties(properties) {
  for (const property of properties ?? []) {
    const { value } = property;
    if (!value) continue;
    if (value.type !== 'function' && isSecret(property.name)) {
      property.value = { type: 'string', value: CUT };
    } else {
      redactPreview(value.preview);
    }
  }
}

/** @param {any} preview */
function redactPreview(preview) {
  for (const part of preview?.properties ?? []) {
    if (part.type !== 'function' && part.value !== undefined && isSecret(part.name))
      part.value = CUT;
    redactPreview(part.valuePreview);
  }
  for (const entry of preview?.entries ?? []) {
    // A Map's key names its value as a property does.
    const key = entry.key?.description;
    if (typeof key === 'string' && isSecret(key)) {
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
  return isSecret(name) ? CUT : value;
}

/** The crash file's `redaction` section. */
function redactionSection() {
  return {
    count: [...cuts.values()].reduce((sum, one) => sum + one, 0),
    rules: [...cuts.keys()].sort(),
  };
}

module.exports = { configureRedaction, redactProperties, redactValue, redactionSection };
