'use strict';

// Writes the table of options in README.md anew from the one in js/config.js. `--check` only says whether they agree.
const fs = require('node:fs');
const path = require('node:path');
const { OPTIONS } = require('../js/config.js');

const README = path.join(__dirname, '..', 'README.md');
const BEGIN = '<!-- options: written by tools/readme-table.js -->\n';
const END = '<!-- /options -->';

/** The table as Markdown. */
function optionsTable() {
  const rows = OPTIONS.map((option) => {
    const value =
      typeof option.default === 'boolean' ? (option.default ? 'on' : 'off') : option.default;
    return `| \`${option.name}\` | ${value === '' ? '' : `\`${value}\``} | ${option.meaning.replaceAll('|', '\\|')} |`;
  });
  return ['| variable | default | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

/** README.md with the table as it should be. */
function readmeWithTable() {
  const text = fs.readFileSync(README, 'utf8');
  const [before, rest] = text.split(BEGIN);
  return `${before}${BEGIN}${optionsTable()}${rest.slice(rest.indexOf(END))}`;
}

if (require.main === module) {
  const wanted = readmeWithTable();
  if (!process.argv.includes('--check')) fs.writeFileSync(README, wanted);
  else if (wanted !== fs.readFileSync(README, 'utf8')) {
    process.stderr.write(
      'README.md: the table of options is out of date: node tools/readme-table.js\n',
    );
    process.exitCode = 1;
  }
}

module.exports = { readmeWithTable, README };
