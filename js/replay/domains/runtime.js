/** The Runtime domain: objects as they were recorded; what must be computed is the evaluator's. */

const vm = require('node:vm');
const { CONTEXT_ID, headline } = require('../paused-process');
const { ProtocolError } = require('../protocol-error');

// Beyond it nothing typed into a console is meant.
const MAX_EXPRESSION = 1_000_000;

/** @typedef {import('./index').Session} Session */

/** The evaluator's own objects, which no file knows. @param {unknown} id */
const isEvaluated = (id) => typeof id === 'string' && id.startsWith('evaluated:');

/**
 * As V8 answers for the flags that clients use.
 * @param {import('../paused-process').Properties} properties
 * @param {Record<string, any>} flags
 */
function select(properties, { ownProperties, accessorPropertiesOnly, nonIndexedPropertiesOnly }) {
  const { result, internalProperties, privateProperties } = properties;
  const shown = result.filter((property) => {
    if (accessorPropertiesOnly) return property.get || property.set;
    if (ownProperties && property.isOwn === false) return false;
    return !nonIndexedPropertiesOnly || !/^\d+$/.test(property.name);
  });
  if (accessorPropertiesOnly) return { result: shown };
  return {
    result: shown,
    ...(internalProperties ? { internalProperties } : {}),
    ...(privateProperties ? { privateProperties } : {}),
  };
}

/** @param {Session} session @returns {Record<string, any>} */
function exceptionDetails({ process: { document, callFrames, error, isUncaught } }) {
  const [{ location, url }] = callFrames;
  return {
    exceptionId: 1,
    text: `Uncaught${isUncaught ? '' : ` (${headline(document)})`}`,
    ...location,
    url,
    stackTrace: {
      callFrames: callFrames.map((frame) => ({
        ...{ functionName: frame.functionName, url: frame.url },
        ...frame.location,
      })),
    },
    exception: error,
    executionContextId: CONTEXT_ID,
  };
}

/** @param {Session} session */
function tellOfTheError(session) {
  session.event('Runtime.exceptionThrown', {
    timestamp: Date.parse(session.process.document.header?.dumpEventTime) || 0,
    exceptionDetails: exceptionDetails(session),
  });
}

/** @type {import('./index').Handler} */
const nothing = () => {};

/** @type {Record<string, import('./index').Handler>} */
module.exports = {
  'Runtime.enable': (session) => {
    if (session.enabled.has('Runtime')) return;
    session.enabled.add('Runtime');
    const { header } = session.process.document;
    const [node = 'node', ...words] = header?.commandLine ?? [];
    session.event('Runtime.executionContextCreated', {
      context: {
        id: CONTEXT_ID,
        origin: '',
        name: `${words.find((/** @type {string} */ word) => !word.startsWith('-')) ?? node}[${header?.processId ?? '?'}]`,
        uniqueId: '1.1',
        auxData: { isDefault: true },
      },
    });
    tellOfTheError(session);
  },
  'Runtime.disable': ({ enabled }) => {
    enabled.delete('Runtime');
  },
  'Runtime.runIfWaitingForDebugger': nothing,
  'Runtime.releaseObject': nothing,
  'Runtime.releaseObjectGroup': nothing,
  'Runtime.discardConsoleEntries': nothing,
  'Runtime.setAsyncCallStackDepth': nothing,
  'Runtime.setMaxCallStackSizeToCapture': nothing,
  'Runtime.setCustomObjectFormatterEnabled': nothing,
  'Runtime.addBinding': nothing,
  'Runtime.removeBinding': nothing,
  'Runtime.getIsolateId': () => ({ id: '1' }),
  'Runtime.getHeapUsage': ({ process: { document } }) => ({
    usedSize: document.memory?.heapUsed ?? 0,
    totalSize: document.memory?.heapLimit ?? 0,
  }),
  'Runtime.getExceptionDetails': (session, { errorObjectId }) =>
    errorObjectId === session.process.error.objectId
      ? { exceptionDetails: exceptionDetails(session) }
      : {},
  'Runtime.globalLexicalScopeNames': () => ({ names: [] }),
  'Runtime.getProperties': (session, params) => {
    const { objectId } = params;
    if (isEvaluated(objectId)) return session.evaluator.ask({ method: 'getProperties', params });
    return select(session.process.propertiesOf(String(objectId)), params);
  },
  'Runtime.evaluate': (session, params) =>
    session.evaluator.ask({ method: 'evaluate', frame: 0, params }),
  'Runtime.callFunctionOn': (session, params) =>
    session.evaluator.ask({ method: 'callFunctionOn', params }),
  // At each key: whether what was typed is a whole statement. Nothing runs.
  'Runtime.compileScript': (_session, { expression }) => {
    if (typeof expression !== 'string' || expression.length > MAX_EXPRESSION) {
      throw new ProtocolError('expression: a string of less than a million characters');
    }
    try {
      new vm.Script(expression, { filename: '' });
      return {};
    } catch (error) {
      const description = String(/** @type {Error} */ (error));
      return {
        exceptionDetails: {
          ...{ exceptionId: 1, text: 'Uncaught', lineNumber: 0, columnNumber: 0 },
          exception: {
            ...{ type: 'object', subtype: 'error', className: 'SyntaxError' },
            description,
          },
        },
      };
    }
  },
};
