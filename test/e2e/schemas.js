'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { Ajv2020 } = require('ajv/dist/2020');
const { default: addFormats } = require('ajv-formats');

const DIRECTORY = path.join(__dirname, '..', '..', 'schema');

/** @type {import('ajv/dist/2020').Ajv2020 | undefined} */
let shared;

/** All shipped schemas in one validator: they refer to each other. */
function schemas() {
  if (shared) return shared;
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  addFormats(ajv);
  for (const name of fs.readdirSync(DIRECTORY)) {
    if (!name.endsWith('.schema.json')) continue;
    ajv.addSchema(JSON.parse(fs.readFileSync(path.join(DIRECTORY, name), 'utf8')), name);
  }
  shared = ajv;
  return ajv;
}

/**
 * Asserts that a document follows a shipped schema.
 *
 * @param {'crash' | 'stall' | 'event' | 'report'} schema
 * @param {Record<string, any>} document
 * @param {string} what names the document in the message
 */
function validateDocument(schema, document, what) {
  // The schema of events is a choice by name: taking the branch ourselves gives a readable message.
  const branch = schema === 'event' ? `#/$defs/${document.event}` : '';
  const validate = schemas().getSchema(`${schema}.schema.json${branch}`);
  assert.ok(validate, `no schema/${schema}.schema.json${branch}`);
  if (validate(document)) return;
  const lines = (validate.errors ?? []).map(
    (error) => `  ${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
  );
  assert.fail(`${what} does not follow ${schema}.schema.json:\n${lines.slice(0, 20).join('\n')}`);
}

module.exports = { validateDocument };
