/** The shipped JSON Schemas, compiled: `validators.crash(document)` answers and keeps `.errors`. */

const path = require('node:path');
const Ajv2020 = require('ajv/dist/2020').default;

const directory = path.join(__dirname, '..', '..', '..', 'schema');
const [crash, stall, event] = ['crash', 'stall', 'event'].map((name) =>
  require(path.join(directory, `${name}.schema.json`)),
);
const problems = /** @type {string[]} */ ([]);
const keep = (/** @type {unknown[]} */ ...words) => void problems.push(words.join(' '));
// Strict: a keyword that does nothing, or is misspelt, is a fault of the schema.
const ajv = new Ajv2020({
  strict: true,
  allErrors: true,
  logger: { log: keep, warn: keep, error: keep },
});
ajv.addSchema([crash, stall, event]);

/** @param {string} id */
const compiled = (id) => /** @type {import('ajv').ValidateFunction} */ (ajv.getSchema(id));

const validators = {
  crash: compiled('crash.schema.json'),
  stall: compiled('stall.schema.json'),
  event: compiled('event.schema.json'),
};

/**
 * @param {keyof typeof validators} name
 * @param {unknown} document
 * @returns {string} empty when it is valid, otherwise one line per fault
 */
function faults(name, document) {
  const validate = validators[name];
  if (validate(document)) return '';
  return (validate.errors ?? [])
    .map((error) => `${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`)
    .join('\n');
}

module.exports = { faults, problems, validators };
