// The `apply` traps of the Proxies that stand for Node's functions. V8 compiles this file as it does a debugger's own code
// (binding.hiddenScript): its functions have no frame in any stack, and an error of the program's does not show that it came
// through here. (A CPU profile has them: C++ takes them out, by the name below.) They catch nothing, so that V8 still predicts
// right whether an exception will be caught: `finally` is no catch.
//
// Evaluates to (tools) => the traps. One may write to the list of arguments it gets: V8 made that for the call. enter and
// leave are the sources' own, and must not throw; they get the list and the program's `this`.
/**
 * @typedef {(this: any, target: Function, self: any, given: any[]) => any} Trap
 * @typedef {object} Tools
 * @property {(target: Function, self: any, given: any[]) => any} apply
 * @property {(value: any) => boolean} isPromise
 * @property {ProxyConstructor} ProxyOf
 * @property {InstanceType<typeof import('./sink.js').Sink>} sink
 * @property {(type: number, about: string) => number | undefined} beginSync of the binding
 * @property {(token: number) => number | undefined} endSync likewise
 * @property {(operation: any, receiver: any, callback: Function, error: unknown) => void} done
 */
(/** @type {Tools} */ { apply, isPromise, ProxyOf, sink, beginSync, endSync, done }) => {
  // Above 0 inside a file-system function of Node's: what that calls in turn is a step of it.
  let insideFs = 0;

  /** @param {Trap} trap @returns {Trap} the same for a function of the file system */
  const once = (trap) =>
    function fs(target, self, given) {
      if (insideFs > 0) return apply(target, self, given);
      insideFs++;
      try {
        return trap(target, self, given);
      } finally {
        insideFs--;
      }
    };

  /**
   * @param {Function} target
   * @param {any} self
   * @param {any[]} given
   * @param {any} begun is over if the function throws at once
   */
  const calls = (target, self, given, begun) => {
    let threw = true;
    try {
      const result = apply(target, self, given);
      threw = false;
      return result;
    } finally {
      if (threw) sink.forget(begun);
    }
  };

  /** @type {Record<string, (how: any) => Trap>} */
  const traps = {
    /** enter(given, self) before; the end of the operation is seen otherwise. */
    call: ({ enter }) =>
      function call(target, self, given) {
        enter(given, self);
        return apply(target, self, given);
      },

    /** enter(given, self) before, for an operation or null: it ends with a call of the last argument. */
    callback: ({ enter }) =>
      function callback(target, self, given) {
        const last = given.length - 1;
        if (last < 0 || typeof given[last] !== 'function') return apply(target, self, given);
        const operation = enter(given, self);
        if (operation === null) return apply(target, self, given);
        given[last] = new ProxyOf(given[last], operation);
        return calls(target, self, given, operation);
      },

    /** enter(given, self) before, for an operation or null; leave(that, promise) gives the promise to return. */
    promise: ({ enter, leave }) =>
      function promise(target, self, given) {
        const operation = enter(given, self);
        if (operation === null) return apply(target, self, given);
        const result = calls(target, self, given, operation);
        if (isPromise(result)) return leave(operation, result);
        sink.forget(operation);
        return result;
      },

    /** enter(given, self) before; leave(what that returned, result) after, unless it is undefined or there is none. */
    result: ({ enter, leave }) =>
      function result(target, self, given) {
        const entered = enter(given, self);
        if (entered === undefined) return apply(target, self, given);
        const returned = calls(target, self, given, entered);
        leave(entered, returned);
        return returned;
      },

    /** Blocks the loop. about(first argument): what it is about; leave(durationMs, about, threw) if it was slow. */
    sync: ({ type, about, leave }) =>
      function sync(target, self, given) {
        const what = about(given[0]);
        const token = beginSync(sink.numberOf(type), what);
        let threw = true;
        try {
          const result = apply(target, self, given);
          threw = false;
          return result;
        } finally {
          const durationMs = token ? endSync(token) : 0;
          if (durationMs) leave(durationMs, what, threw);
        }
      },
  };

  return {
    /** @param {string} style @param {any} how @param {boolean} isFs @returns {Trap} */
    trap: (style, how, isFs) => (isFs ? once(traps[style](how)) : traps[style](how)),
    /** The same for a function that is called as a method of one that a Proxy stands for. @type {(trap: Trap, proxy: any, original: any) => Trap} */
    methodOf: (trap, proxy, original) =>
      function method(target, self, given) {
        return trap(target, self === proxy ? original : self, given);
      },
    /** Of a callback's Proxy, whose handler is the operation. */
    callbackTrap: /** @type {Trap} */ function callback(target, self, given) {
      done(this, self, target, given[0]);
      return apply(target, self, given);
    },
  };
};
//# sourceURL=loopdet:traps
