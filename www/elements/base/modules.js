// The WebAssembly modules, each loaded when it is first needed: together they weigh ten times what the elements do.
// What has failed to load is tried again at the next call.

/**
 * @template T
 * @param {() => Promise<T>} load
 * @returns {() => Promise<T>}
 */
function once(load) {
  /** @type {Promise<T> | undefined} */
  let loaded;
  return () => {
    loaded ??= load().catch((error) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
}

/** Runs, clients and tables: `pqrun`. */
export const client = once(() => import("pqrun"));

/** The generator of Power Query: `pqrun/connector`. */
export const generator = once(() => import("pqrun/connector"));

/** What writes Arrow: `pqrun/arrow`. */
export const arrow = once(() => import("pqrun/arrow"));
