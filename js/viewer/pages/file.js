/** A file of ours as one self-contained page. */

const { UnreadableFile } = require('../../replay/crash-file');
const { crashPage } = require('./crash');
const { reportPage } = require('./report');

/** TABLE of what has a page. @type {Partial<Record<string, (loaded: import('../../replay/crash-file').LoadedFile) => unknown>>} */
const PAGES = {
  crash: (loaded) => crashPage({ loaded, entry: undefined, address: null, beside: [] }),
  report: ({ document }) => reportPage(document),
};

/**
 * @param {import('../../replay/crash-file').LoadedFile} loaded
 * @returns {string} HTML
 */
function filePage(loaded) {
  const page = PAGES[loaded.type];
  if (page) return String(page(loaded));
  throw new UnreadableFile(loaded.file, 'has no page of its own', 'loopdet serve shows it');
}

module.exports = { filePage };
