import { raise } from "./error.mjs";
import { MRecord } from "./record.mjs";
import { MType, makeNullable, primitive, recordType, sameType, tableType } from "./type.mjs";

/**
 * @import { Slot } from "./slot.mjs"
 */

/**
 * A row: one slot per column, in the order of the columns. Not to be changed.
 *
 * @typedef {Slot[]} Row
 */

/**
 * A table: a table type with its columns and keys, and rows that are enumerated on demand, anew each time unless they
 * are kept ({@link MTable.of}).
 */
export class MTable {
  /**
   * @param {MType | (() => MType)} type A table type with columns; a function if finding it out costs something.
   * @param {Row[] | (() => Iterator<Row>)} rows Rows that are kept, or a generator function.
   */
  constructor(type, rows) {
    this.found = type;
    this.source = rows;
    /** @type {MRecord | null} */
    this.meta = null;
    /** A source may say how many rows there are without giving them. @type {(() => number) | null} */
    this.counter = null;
    /** Handlers of `Table.View`, for functions that can hand an operation on. @type {MRecord | null} */
    this.handlers = null;
  }

  /**
   * A table that keeps its rows.
   *
   * @param {Iterable<[string, MType]>} columns
   * @param {Row[]} rows
   */
  static of(columns, rows) {
    return new MTable(tableType(columns), rows);
  }

  /**
   * A table whose rows are computed anew on every enumeration.
   *
   * @param {Iterable<[string, MType]>} columns
   * @param {() => Iterator<Row>} rows
   */
  static generated(columns, rows) {
    return new MTable(tableType(columns), rows);
  }

  /** The table type: it always has `fields`. @returns {MType} */
  get type() {
    if (typeof this.found === "function") this.found = this.found();
    return this.found;
  }

  /** The type of a row. @returns {MType} */
  get rowType() {
    return recordType(this.fields);
  }

  /** @returns {Map<string, import("./type.mjs").TypeField>} */
  get fields() {
    return /** @type {Map<string, import("./type.mjs").TypeField>} */ (this.type.fields);
  }

  /** Names and types of the columns. @returns {[string, MType][]} */
  get columns() {
    return [...this.fields].map(([name, { type }]) => [name, type]);
  }

  /** @returns {string[]} */
  get columnNames() {
    return [...this.fields.keys()];
  }

  get keys() {
    return this.type.keys;
  }

  /**
   * Where a column stands; -1 if there is none.
   *
   * @param {string} name
   */
  indexOf(name) {
    return this.columnNames.indexOf(name);
  }

  /**
   * Where a column stands. Raises M's error if there is none.
   *
   * @param {string} name
   */
  position(name) {
    const at = this.indexOf(name);
    if (at < 0) raise("Expression.Error", `The column '${name}' of the table wasn't found.`, name);
    return at;
  }

  /** The rows, one after the other. @returns {Iterable<Row>} */
  rows() {
    const source = this.source;
    return Array.isArray(source) ? source : { [Symbol.iterator]: source };
  }

  /** All rows of one enumeration. @returns {Row[]} */
  toArray() {
    return Array.isArray(this.source) ? this.source : [...this.rows()];
  }

  count() {
    if (Array.isArray(this.source)) return this.source.length;
    if (this.counter !== null) return this.counter();
    let count = 0;
    for (const row of this.rows()) {
      void row;
      count += 1;
    }
    return count;
  }

  /**
   * The row as a record.
   *
   * @param {Row} row
   * @returns {MRecord}
   */
  record(row) {
    const fields = new Map();
    let at = 0;
    for (const name of this.fields.keys()) {
      fields.set(name, row[at]);
      at += 1;
    }
    return new MRecord(fields);
  }

  /** The rows as records, one after the other. */
  *records() {
    for (const row of this.rows()) yield this.record(row);
  }
}

/**
 * The rows of all tables, one table after the other: a column that a table lacks is null there.
 *
 * @param {MTable[]} tables
 * @returns {MTable}
 */
export function combineTables(tables) {
  const type = () => {
    /** @type {Map<string, MType>} */
    const columns = new Map();
    for (const table of tables) {
      for (const [name, one] of table.columns) {
        const before = columns.get(name);
        const same = before === undefined || sameType(before, one);
        columns.set(name, same ? one : commonType(/** @type {MType} */ (before), one));
      }
    }
    return tableType(columns);
  };
  /** @type {MTable} */
  const combined = new MTable(type, function* () {
    for (const table of tables) {
      const at = combined.columnNames.map((name) => table.indexOf(name));
      for (const row of table.rows()) yield at.map((column) => (column < 0 ? null : row[column]));
    }
  });
  return combined;
}

/**
 * @param {MType} one
 * @param {MType} other
 */
function commonType(one, other) {
  if (one.kind !== other.kind) return primitive("any");
  const plainType = primitive(one.kind);
  return one.nullable || other.nullable ? makeNullable(plainType) : plainType;
}
