/**
 * TABLE of what can be asked of a heap snapshot: a new question is one row.
 */

const render = require('./render');

/** @typedef {InstanceType<typeof import('../../heap').HeapSnapshot>} HeapSnapshot */
/** @typedef {import('../render/paper').Paper} Paper */

const DEFAULT_LIMIT = 50;

/** @param {string | undefined} text @returns {number} */
function idOf(text) {
  const id = Number(text?.replace(/^@/, ''));
  if (text && Number.isSafeInteger(id) && id >= 0) return id;
  throw new Error(`an object is named by its id, such as @12345, not ${text ?? 'nothing'}`);
}

/** @param {Record<string, any>} options */
const limitOf = ({ limit, all }) => (all ? 2 ** 31 : (limit ?? DEFAULT_LIMIT));

/** @param {string | undefined} text */
function filterOf(text) {
  if (text === undefined) return undefined;
  try {
    return new RegExp(text);
  } catch {
    throw new Error(`--filter takes a regular expression, not ${text}`);
  }
}

/**
 * @typedef {object} Question
 * @property {string} name
 * @property {string} usage what follows the file
 * @property {string} meaning
 * @property {(heap: HeapSnapshot, words: string[], options: Record<string, any>) => Promise<any>} ask
 * @property {(answer: any, paper: Paper) => string[]} render
 */

/** @type {Question[]} */
const QUESTIONS = [
  {
    name: 'summary',
    usage: '',
    meaning: 'totals, suspects, constructors and objects that hold most',
    ask: async (heap) => ({ summary: await heap.summary(), classes: await heap.classes() }),
    render: render.summary,
  },
  {
    name: 'objects',
    usage: '[regular expression]',
    meaning:
      'constructors: how many objects, and what they hold (--sort count, shallow or retained)',
    async ask(heap, [filter], options) {
      const orders = { count: 'count', shallow: 'self', retained: 'retained' };
      const order = /** @type {any} */ (orders)[options.sort ?? 'retained'];
      if (!order) throw new Error(`--sort takes count, shallow or retained, not ${options.sort}`);
      const list = await heap.classes({ order, filter: filterOf(filter ?? options.filter) });
      return list.slice(0, limitOf(options));
    },
    render: render.classes,
  },
  {
    name: 'instances',
    usage: '<constructor>',
    meaning: 'its objects, largest first',
    async ask(heap, [name], options) {
      if (name === undefined) throw new Error('instances takes the name of a constructor');
      return heap.instances(name, { limit: limitOf(options) });
    },
    render: render.instances,
  },
  {
    name: 'inspect',
    usage: '<id>',
    meaning: 'an object: what it refers to',
    ask: (heap, [id], options) => heap.inspect(idOf(id), { limit: limitOf(options) }),
    render: render.inspect,
  },
  {
    name: 'refs',
    usage: '<id>',
    meaning: 'who refers to an object',
    ask: (heap, [id], options) => heap.refs(idOf(id), { limit: limitOf(options) }),
    render: render.refs,
  },
  {
    name: 'path',
    usage: '<id>',
    meaning: 'a shortest way to an object from the roots',
    ask: (heap, [id]) => heap.path(idOf(id)),
    render: render.path,
  },
  {
    name: 'dominators',
    usage: '[id]',
    meaning: 'what an object, or the root, holds alone, and who holds it',
    ask: (heap, [id], options) =>
      heap.dominators(id === undefined ? undefined : idOf(id), { limit: limitOf(options) }),
    render: render.dominators,
  },
  {
    name: 'strings',
    usage: '',
    meaning: 'strings that are there more than once, and what that wastes',
    ask: (heap, _words, options) => heap.strings({ limit: limitOf(options) }),
    render: render.strings,
  },
  {
    name: 'contexts',
    usage: '',
    meaning: 'contexts of closures that hold most, with their variables',
    ask: (heap, _words, options) => heap.contexts({ limit: options.limit ?? 10 }),
    render: render.contexts,
  },
];

module.exports = { QUESTIONS, limitOf };
