// Rows as plain objects.
import { valuesOf } from "./table.values.js";

/**
 * @import { Table, TableRow, TableValue } from "./wasm/table.js"
 */

/**
 * What makes the rows of a table. It has copies of the columns: the table is not needed any more.
 *
 * @param {Table} table
 * @param {(value: TableValue) => TableValue} [change] What becomes of each value.
 * @returns {{ length: number, make: (row: number) => TableRow }}
 */
export function rowMaker(table, change) {
  const { columns, rowCount: length } = table;
  const names = columns.map(({ name }) => name);
  const values = columns.map((_, at) => {
    const column = valuesOf(/** @type {import("./wasm/table.js").ColumnData} */ (table.columnData(at)));
    return change ? (/** @type {number} */ row) => change(column(row)) : column;
  });
  // An object that has all members already is copied several times as fast as it is built. `fromEntries` makes members
  // of any name, `__proto__` too.
  const blank = Object.fromEntries(names.map((name, at) => [name, length > 0 ? values[at]?.(0) : null]));
  const make = (/** @type {number} */ row) => {
    const made = /** @type {TableRow} */ ({ ...blank });
    for (let at = 0; at < names.length; at += 1) {
      made[/** @type {string} */ (names[at])] = /** @type {import("./table.values.js").ValueAt} */ (values[at])(row);
    }
    return made;
  };
  return { length, make };
}

/** As `util.inspect` of Node looks for it; a proxy it passes by. */
const INSPECT = Symbol.for("nodejs.util.inspect.custom");
/** How many rows it shows. */
const SHOWN = 100;

/**
 * An array of rows, each of which is made when it is first touched.
 *
 * @param {Table} table
 * @returns {TableRow[]}
 */
export function lazyRows(table) {
  const { length, make } = rowMaker(table);
  /** @type {TableRow[]} */
  const rows = new Array(length);
  const rowAt = (/** @type {number} */ at) => (rows[at] ??= make(at));
  Object.defineProperty(rows, INSPECT, {
    configurable: true,
    value: () => {
      for (let at = 0; at < Math.min(length, SHOWN); at += 1) {
        rowAt(at);
      }
      return rows;
    },
  });
  // Whoever changes the array, or lists what it has, gets a common one.
  const complete = () => {
    if (handler.get !== undefined) {
      for (const name of /** @type {(keyof typeof handler)[]} */ (Object.keys(handler))) {
        handler[name] = undefined;
      }
      for (let at = 0; at < length; at += 1) {
        rowAt(at);
      }
    }
    return Reflect;
  };
  /** @type {ProxyHandler<TableRow[]>} */
  const handler = {
    get: (target, key, receiver) => {
      const at = indexOf(key, length);
      return at === -1 ? Reflect.get(target, key, receiver) : rowAt(at);
    },
    has: (target, key) => indexOf(key, length) !== -1 || Reflect.has(target, key),
    getOwnPropertyDescriptor: (target, key) => {
      const at = indexOf(key, length);
      if (at !== -1) {
        rowAt(at);
      }
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
    defineProperty: (target, key, descriptor) => complete().defineProperty(target, key, descriptor),
    deleteProperty: (target, key) => complete().deleteProperty(target, key),
    ownKeys: (target) => complete().ownKeys(target),
    preventExtensions: (target) => complete().preventExtensions(target),
    set: (target, key, value, receiver) => complete().set(target, key, value, receiver),
    setPrototypeOf: (target, prototype) => complete().setPrototypeOf(target, prototype),
  };
  return new Proxy(rows, handler);
}

/**
 * The index that a key stands for; -1 if it is none below `length`.
 *
 * @param {string | symbol} key
 * @param {number} length
 */
function indexOf(key, length) {
  if (typeof key === "symbol") {
    return -1;
  }
  const first = key.charCodeAt(0);
  if (!(first >= 48 && first <= 57)) {
    return -1;
  }
  const at = Number(key);
  // `01` and `1.0` are names like others.
  return at < length && String(at) === key ? at : -1;
}
