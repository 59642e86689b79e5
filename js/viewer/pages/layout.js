const { html } = require('../html');

/**
 * @param {{title: string, script?: string, body: unknown}} page script: a file of assets/
 */
function layout({ title, script, body }) {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · loopdet</title>
<link rel="stylesheet" href="/assets/style.css">
<link rel="icon" href="/assets/icon.svg">
${script ? html`<script src="/assets/${script}" defer></script>` : null}
</head>
<body>
<header class="top"><a href="/" class="home">loopdet</a></header>
<main>
${body}
</main>
</body>
</html>
`;
}

module.exports = { layout };
