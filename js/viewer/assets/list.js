'use strict';

// The list looks for what is typed, and looks again when files have come or gone.

const search = document.getElementById('search');
const found = document.getElementById('found');

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of document.getElementById('files').rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
    if (!row.hidden) shown += 1;
  }
  const { length } = document.getElementById('files').rows;
  found.textContent = words.length > 0 ? `${shown} of ${length}` : `${length} files`;
}

async function refresh() {
  const answer = await fetch('/');
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const focused = document.activeElement?.getAttribute('href');
  document.getElementById('files').replaceWith(page.getElementById('files'));
  filter();
  if (focused) document.querySelector(`#files a[href="${CSS.escape(focused)}"]`)?.focus();
}

/** Arrow keys go through what was found. */
function move(event) {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
  const links = [...document.querySelectorAll('#files tr:not([hidden]) a')];
  const at = links.indexOf(document.activeElement);
  const next = links[at + (event.key === 'ArrowDown' ? 1 : -1)];
  if (next) next.focus();
  else if (event.key === 'ArrowUp') search.focus();
  event.preventDefault();
}

search.addEventListener('input', filter);
search.form.addEventListener('submit', (event) => {
  event.preventDefault();
  document.querySelector('#files tr:not([hidden]) a')?.click();
});
document.addEventListener('keydown', move);
new EventSource('/changes').addEventListener('message', refresh);
filter();
