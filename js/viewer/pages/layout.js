const fs = require('node:fs');
const path = require('node:path');
const { Html, html } = require('../html');

/** The stylesheet within the page, for one that is a file by itself. */
function ownStyle() {
  const text = fs.readFileSync(path.join(__dirname, '../assets/style.css'), 'utf8');
  return html`<style>${new Html(text)}</style>`;
}

/**
 * @param {object} page
 * @param {string} page.title
 * @param {unknown} page.body
 * @param {string} [page.script] a file of assets/
 * @param {boolean} [page.isFile] it is no page of the server's: everything is in it
 */
function layout({ title, script, body, isFile = false }) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · loopdet</title>
${isFile ? ownStyle() : html`<link rel="stylesheet" href="/assets/style.css"><link rel="icon" href="/assets/icon.svg">`}
${script ? html`<script src="/assets/${script}" defer></script>` : null}
</head>
<body>
${isFile ? null : html`<header class="top"><a href="/" class="home">loopdet</a></header>`}
<main>
${body}
</main>
</body>
</html>
`;
}

module.exports = { layout };
