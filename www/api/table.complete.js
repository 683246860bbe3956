// What the classes of a wasm module lack: methods that make plain values of JavaScript, and clear words about tables that
// are gone.
import { problem } from "./table.problem.js";
import { lazyRows, rowMaker } from "./table.rows.js";
import { valuesOf } from "./table.values.js";

/**
 * @import { Table } from "./wasm/table.js"
 */

/**
 * Completes a module's classes, once it is loaded.
 *
 * @param {{ Table: Function, TableParts: new () => Parts, TableReader: Function }} module
 */
export function completeTables({ Table, TableParts, TableReader }) {
  for (const { prototype } of [Table, TableReader]) {
    guardFreed(prototype);
  }
  guardViews(Table.prototype);
  define(Table, "concat", concatOf(Table, TableParts));
  const methods = { column, toArray, toJSON, [Symbol.iterator]: rows };
  for (const name of Reflect.ownKeys(methods)) {
    define(Table.prototype, name, Reflect.get(methods, name));
  }
}

/**
 * Views are lent to no promise. What becomes of one that a callback gives nevertheless must not end the process.
 *
 * @param {Parameters<Table["withViews"]>[0]} callback
 * @returns {Parameters<Table["withViews"]>[0]}
 */
function withoutLoosePromise(callback) {
  return (columns) => {
    const given = callback(columns);
    if (given instanceof Promise) {
      given.catch(() => {});
    }
    return given;
  };
}

/** @typedef {{ add(name: string, table: Table): void, concat(column: string): Table, free(): void }} Parts */

/**
 * @param {Function} Table
 * @param {new () => Parts} TableParts
 */
function concatOf(Table, TableParts) {
  /**
   * @param {Iterable<{ name: string, table: Table }>} given
   * @param {string} [nameColumn]
   */
  return function concat(given, nameColumn = "name") {
    if (typeof Object(given)[Symbol.iterator] !== "function") {
      throw problem("invalidOptions", "concat: expected an array of names and tables");
    }
    const all = [...given];
    for (const part of all) {
      const { name, table } = Object(part);
      if (typeof name !== "string" || !(table instanceof Table)) {
        throw problem("invalidOptions", "concat: expected names and tables, made by the same module");
      }
      if (isFreed(table)) {
        throw new TypeError("concat: expected tables that are there, found one that was freed");
      }
    }
    if (typeof nameColumn !== "string") {
      throw problem("invalidOptions", "concat: expected the name of a column");
    }
    const parts = new TableParts();
    for (const { name, table } of all) {
      parts.add(name, table);
    }
    // It is used up with that.
    return parts.concat(nameColumn);
  };
}

/**
 * @this {Table}
 * @param {number | string} name
 */
function column(name) {
  const data = this.columnData(name);
  if (data === undefined) {
    return undefined;
  }
  const valueAt = valuesOf(data);
  return Array.from({ length: data.length }, (_, row) => valueAt(row));
}

/** @this {Table} */
function toArray() {
  return lazyRows(this);
}

/** @this {Table} */
function toJSON() {
  const { length, make } = rowMaker(this, (value) => (typeof value === "bigint" ? String(value) : value));
  return Array.from({ length }, (_, row) => make(row));
}

/** @this {Table} */
function* rows() {
  const { length, make } = rowMaker(this);
  for (let row = 0; row < length; row += 1) {
    yield make(row);
  }
}

/**
 * A method as classes have them.
 *
 * @param {object} prototype
 * @param {string | symbol} name
 * @param {unknown} value
 */
function define(prototype, name, value) {
  Object.defineProperty(prototype, name, { configurable: true, writable: true, value });
}

/** @param {object} object Of a class of wasm-bindgen's. */
const isFreed = (object) => Reflect.get(object, "__wbg_ptr") === 0;

/**
 * Lets all members say it if their object was freed. WebAssembly itself would speak of a null pointer.
 *
 * @param {object} prototype
 */
function guardFreed(prototype) {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (name === "constructor" || name === "free" || name.startsWith("__")) {
      continue;
    }
    /** @param {Function} member */
    const guarded = (member) =>
      /**
       * @this {object}
       * @param {unknown[]} given
       */
      function (...given) {
        if (isFreed(this)) {
          throw new TypeError(`${name}: expected an object that is there, found one that was freed`);
        }
        return member.apply(this, given);
      };
    const { get, value } = descriptor;
    Object.defineProperty(prototype, name, {
      ...descriptor,
      ...(get ? { get: guarded(get) } : { value: guarded(value) }),
    });
  }
  const { free } = /** @type {{ free(): void }} */ (prototype);
  define(
    prototype,
    "free",
    /** @this {object} */
    function () {
      if (!isFreed(this)) {
        free.call(this);
      }
    },
  );
  // Of `using`. Not every place has it.
  if (Symbol.dispose in prototype) {
    define(
      prototype,
      Symbol.dispose,
      /** @this {{ free(): void }} */
      function () {
        this.free();
      },
    );
  }
}

/**
 * Keeps a table in memory while there are views on it.
 *
 * @param {object} prototype
 */
function guardViews(prototype) {
  const { free, withViews } = /** @type {Table} */ (prototype);
  /** @type {Map<object, number>} */
  const lent = new Map();
  define(
    prototype,
    "withViews",
    /**
     * @this {Table}
     * @param {Parameters<Table["withViews"]>[0]} callback
     */
    function (callback) {
      const before = lent.get(this) ?? 0;
      lent.set(this, before + 1);
      try {
        return withViews.call(this, typeof callback === "function" ? withoutLoosePromise(callback) : callback);
      } finally {
        before === 0 ? lent.delete(this) : lent.set(this, before);
      }
    },
  );
  define(
    prototype,
    "free",
    /** @this {Table} */
    function () {
      if (lent.has(this)) {
        throw new TypeError("free: expected a table without views, found one that withViews has lent out");
      }
      free.call(this);
    },
  );
}
