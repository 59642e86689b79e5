'use strict';

/**
 * Replaces every {{name}} in `text` by the value of that name.
 * Innocent to look at: but when a closing }} is missing, indexOf gives -1, and the search starts
 * again near the beginning, for ever.
 */
function fill(text, values) {
  let result = '';
  let position = 0;
  let open = text.indexOf('{{', position);
  while (open !== -1) {
    const close = text.indexOf('}}', open);
    const name = text.slice(open + 2, close);
    result += text.slice(position, open) + (values[name] ?? '');
    position = close + 2;
    open = text.indexOf('{{', position);
  }
  return result + text.slice(position);
}

module.exports = { fill };
