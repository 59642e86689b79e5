const { html } = require('../html');
const { layout } = require('./layout');

/** @param {number} status @param {string} message */
function failurePage(status, message) {
  return layout({
    title: 'cannot be shown',
    body: html`<h1>This cannot be shown</h1>
<p class="failure">${message}</p>
<p><a href="/">All files</a></p>
<p class="quiet">${status}</p>`,
  });
}

module.exports = { failurePage };
