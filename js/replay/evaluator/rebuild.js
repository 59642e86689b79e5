/**
 * Rebuilds recorded objects as real values. This function's text runs in the evaluator's own context, which knows nothing
 * of Node: it may use JavaScript only, and takes and gives nothing but texts and values of that context.
 *
 * @param {string} given JSON: {objects: {id: Properties}, frames: [{scopes: [id], this: RemoteObject}], error: RemoteObject}
 */
function rebuild(given) {
  const { objects, frames, error } = JSON.parse(given);
  /** @type {Map<string, any>} */
  const made = new Map();
  /** @type {WeakMap<object, string>} */
  const ids = new WeakMap();
  /** @type {[id: string, value: any, remote: any][]} */
  const queue = [];
  const { getOwnPropertyDescriptor, defineProperty } = Object;
  const { apply } = Reflect;
  const { get: idOf } = WeakMap.prototype;
  const { get: madeOf } = Map.prototype;
  const BUILT_IN = /^(?:Aggregate|Eval|Range|Reference|Syntax|Type|URI)?Error$/;
  const LIST =
    /^(?:Int8|Uint8|Uint8Clamped|Int16|Uint16|Int32|Uint32|BigInt64|BigUint64|Float32|Float64)Array$/;
  /** Prototypes of classes of which only the name is known. @type {Map<string, object>} */
  const classes = new Map();

  /** @param {string} message @returns {() => never} */
  const refuse = (message) => () => {
    const error = new Error(message);
    // Not where in here it was thrown.
    defineProperty(error, 'stack', { value: `Error: ${message}` });
    throw error;
  };

  /** A value that reading anything of is an error: it is not known. @param {string} what */
  function unknown(what) {
    const fail = refuse(`${what} was not captured`);
    /** @type {any} */
    const traps = {};
    for (const name of Object.getOwnPropertyNames(Reflect)) traps[name] = fail;
    return new Proxy({}, traps);
  }

  /** @param {string} className @param {object} above */
  function prototypeOf(className, above) {
    const known = classes.get(className);
    if (known) return known;
    const refused = refuse(`${className} cannot be made: it belongs to a dead process`);
    // Not an arrow: `instanceof` asks for its prototype.
    const named = {
      [className]: () => {
        refused();
      },
    };
    const prototype = Object.create(above);
    named[className].prototype = prototype;
    const value = named[className];
    defineProperty(prototype, 'constructor', { value, configurable: true, writable: true });
    classes.set(className, prototype);
    return prototype;
  }

  /** @param {any} remote */
  function bigintOf({ unserializableValue = '' }) {
    return /^-?\d+n$/.test(unserializableValue) ? BigInt(unserializableValue.slice(0, -1)) : 0n;
  }

  /** @param {any} remote */
  function numberOf({ value, unserializableValue }) {
    return typeof value === 'number' ? value : Number(unserializableValue ?? Number.NaN);
  }

  /** @param {any} remote @returns {any} */
  function symbolOf({ description = '' }) {
    const text = /^Symbol\((.*)\)$/s.exec(description)?.[1] ?? '';
    const known = /^Symbol\.(\w+)$/.exec(text);
    const wellKnown = known && /** @type {any} */ (Symbol)[known[1]];
    return typeof wellKnown === 'symbol' ? wellKnown : Symbol(text);
  }

  /** @param {any} remote @returns {any} */
  function functionOf({ description = '' }) {
    const name =
      /^(?:async\s+)?(?:function\s*\*?|class)\s*([\w$]+)/.exec(description)?.[1] ??
      /^(?:async\s+)?([\w$]+)\s*(?:\(|=>)/.exec(description)?.[1] ??
      '';
    const shown = name || 'anonymous';
    const stub = refuse(`${shown} cannot be called: it belongs to a dead process`);
    return defineProperty(stub, 'name', { value: name, configurable: true });
  }

  /** The object, still empty. @param {any} remote @returns {any} */
  function shell(remote) {
    const { subtype, className = 'Object', description = '', objectId } = remote;
    const properties = objects[objectId];
    switch (subtype) {
      case 'date':
        return new Date(description);
      case 'regexp': {
        const [, source, flags] = /^\/(.*)\/(\w*)$/s.exec(description) ?? ['', '(?:)', ''];
        try {
          return new RegExp(source, flags);
        } catch {
          return /(?:)/;
        }
      }
      case 'error': {
        const known = BUILT_IN.test(className) ? /** @type {any} */ (globalThis)[className] : null;
        const prototype = known?.prototype ?? prototypeOf(className, Error.prototype);
        const value = Object.setPrototypeOf(new Error(), prototype);
        const [head] = description.split(/\n {4}at /, 1);
        const message = head.startsWith(`${className}: `) ? head.slice(className.length + 2) : head;
        defineProperty(value, 'message', { value: message, configurable: true, writable: true });
        defineProperty(value, 'stack', { value: description, configurable: true, writable: true });
        return value;
      }
      case 'null':
        return null;
    }
    if (!properties) return unknown(description || className);
    switch (subtype) {
      case 'array':
        return [];
      case 'map':
        return new Map();
      case 'set':
        return new Set();
      case 'weakmap':
      case 'weakset':
        return {};
      case 'promise':
        return promiseOf(properties);
      case 'typedarray': {
        const type = LIST.test(className) ? className : 'Uint8Array';
        const known = properties.result.filter((/** @type {any} */ { name }) => /^\d+$/.test(name));
        return new /** @type {any} */ (globalThis)[type](known.length);
      }
      case 'proxy': {
        const target = internalOf(properties, '[[Target]]');
        // Its traps are not run: what is behind it shows.
        return new Proxy(target?.objectId ? revive(target) : {}, {});
      }
    }
    if (className === 'Object') return {};
    const above = internalOf(properties, '[[Prototype]]');
    const known = above?.objectId && objects[above.objectId] ? revive(above) : null;
    return Object.create(known ?? prototypeOf(className, Object.prototype));
  }

  /** @param {any} properties @param {string} name */
  function internalOf(properties, name) {
    return (properties.internalProperties ?? []).find((/** @type {any} */ one) => one.name === name)
      ?.value;
  }

  /** @param {any} properties */
  function promiseOf(properties) {
    const state = internalOf(properties, '[[PromiseState]]')?.value;
    const result = internalOf(properties, '[[PromiseResult]]');
    if (state === 'fulfilled' && result) {
      // A thenable would be called.
      const value = result.objectId ? undefined : revive(result);
      return Promise.resolve(value);
    }
    if (state !== 'rejected') return new Promise(() => {});
    const rejected = Promise.reject(result ? revive(result) : undefined);
    rejected.catch(() => {});
    return rejected;
  }

  /** @param {any} remote @returns {any} */
  function revive(remote) {
    const { type, value, objectId } = remote ?? {};
    if (type === 'number') return numberOf(remote);
    if (type === 'bigint') return bigintOf(remote);
    if (type === undefined || type === 'undefined') return undefined;
    if (objectId === undefined) return value ?? null;
    if (made.has(objectId)) return made.get(objectId);
    const found =
      type === 'symbol'
        ? symbolOf(remote)
        : type === 'function'
          ? functionOf(remote)
          : shell(remote);
    made.set(objectId, found);
    if (type === 'symbol') return found;
    ids.set(found, objectId);
    if (objects[objectId]) queue.push([objectId, found, remote]);
    return found;
  }

  /** @param {any} holder @param {any} property */
  function addProperty(holder, property) {
    const { name, symbol, value, get, set, enumerable = false } = property;
    const key = symbol ? revive(symbol) : name;
    const own = getOwnPropertyDescriptor(holder, key);
    if (own && !own.configurable && !own.writable) return;
    const common = { enumerable, configurable: true };
    if (get || set) {
      const fail = refuse(`${name} is a getter, which was not called`);
      defineProperty(holder, key, { ...common, get: fail, set: fail });
    } else if (value === undefined) {
      const fail = refuse(`${name} is not available: optimised away, or not declared yet`);
      defineProperty(holder, key, { ...common, get: fail, set: fail });
    } else {
      const isFixed = own && !own.configurable;
      if (isFixed) holder[key] = revive(value);
      else defineProperty(holder, key, { ...common, writable: true, value: revive(value) });
    }
  }

  /** Known under an id, both ways. @template {object} T @param {string} id @param {T} value @returns {T} */
  function register(id, value) {
    made.set(id, value);
    ids.set(value, id);
    return value;
  }

  /** The collection itself, and the list and the entries that V8 shows of it. @param {any} value @param {any} properties @param {'map' | 'set'} subtype */
  function addEntries(value, properties, subtype) {
    const list = internalOf(properties, '[[Entries]]');
    const shown = list?.objectId ? register(list.objectId, /** @type {any[]} */ ([])) : [];
    for (const entry of objects[list?.objectId]?.result ?? []) {
      if (!/^\d+$/.test(entry.name)) continue;
      const id = entry.value?.objectId;
      const parts = objects[id]?.result;
      const part = (/** @type {string} */ name) =>
        parts
          ? revive(parts.find((/** @type {any} */ one) => one.name === name)?.value)
          : unknown(`An entry of this ${subtype}`);
      const own = Object.create(null);
      if (subtype === 'map') own.key = part('key');
      own.value = part('value');
      shown.push(id ? register(id, own) : own);
      if (subtype === 'map') value.set(own.key, own.value);
      else value.add(own.value);
    }
  }

  function fillAll() {
    // It grows meanwhile.
    for (let at = 0; at < queue.length; at++) {
      const [id, value, { subtype }] = queue[at];
      const properties = objects[id];
      if (subtype === 'proxy') continue;
      if (subtype === 'map' || subtype === 'set') addEntries(value, properties, subtype);
      for (const property of properties.result) {
        try {
          if (subtype === 'typedarray' && property.name === 'length') continue;
          addProperty(value, property);
        } catch {
          // One that JavaScript does not allow is not there.
        }
      }
    }
  }

  const paused = frames.map((/** @type {any} */ frame) => {
    const scopes = frame.scopes.map((/** @type {string} */ id) => {
      const scope = Object.create(null);
      for (const property of objects[id]?.result ?? []) addProperty(scope, property);
      made.set(id, scope);
      ids.set(scope, id);
      return scope;
    });
    const names = scopes.map((/** @type {any} */ _, /** @type {number} */ at) => `scope${at}`);
    // The innermost scope is the first.
    const nest = names
      .toReversed()
      .map((/** @type {string} */ name) => `with (${name}) `)
      .join('');
    const body = Function(...names, `${nest}{ debugger; }`);
    return () => apply(body, revive(frame.this), scopes);
  });
  revive(error);
  fillAll();
  return {
    /** Stops in a frame, for as long as something is evaluated there. @param {number} index */
    pauseIn: (index) => paused[index]?.(),
    /** @param {any} value @returns {string | undefined} the id it was recorded under */
    idOf: (value) =>
      (typeof value === 'object' && value !== null) || typeof value === 'function'
        ? apply(idOf, ids, [value])
        : undefined,
    /** @param {string} id @returns {any} */
    recorded: (id) => apply(madeOf, made, [id]),
  };
}

module.exports = { rebuild };
