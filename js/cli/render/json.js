// JSON.stringify leaves these as they are, and a terminal would act on them.
const UNSAFE = /[\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/**
 * One JSON document and a newline, safe to print on a terminal.
 * @param {unknown} value
 * @returns {string}
 */
function toJson(value) {
  const text = JSON.stringify(value, null, 2).replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `${text}\n`;
}

module.exports = { toJson };
