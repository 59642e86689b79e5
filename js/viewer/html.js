/** HTML from untrusted values: whatever stands in a template is escaped, unless a template made it. */

/** Text that is HTML already. */
class Html {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

/** @type {Record<string, string>} */
const ESCAPES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
// What would reorder or hide the text around it is spelled out.
const HIDDEN = /(?![\t\n])[\p{Cc}\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** @param {unknown} value */
function escapeText(value) {
  return String(value)
    .replace(/[&<>"']/g, (character) => ESCAPES[character])
    .replace(HIDDEN, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** @param {unknown} value @returns {string} */
function textOf(value) {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(textOf).join('');
  if (value === null || value === undefined || value === false) return '';
  return escapeText(value);
}

/**
 * html`<b>${anything}</b>`: texts are escaped, lists are joined, null, undefined and false are nothing.
 * @param {TemplateStringsArray} strings
 * @param {...unknown} values
 */
function html(strings, ...values) {
  let text = strings[0];
  for (const [index, value] of values.entries()) text += textOf(value) + strings[index + 1];
  return new Html(text);
}

module.exports = { Html, html };
