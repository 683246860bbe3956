// The columns of a table as the element reads them: copied out of WebAssembly when they are first needed, as they lie in
// memory. No row becomes an object.
import { valuesOf } from "pqrun/table.values";

/**
 * @import { ColumnData, ColumnType, Table, TableColumn } from "pqrun"
 */

/** @typedef {"bool" | "json" | "number" | "text" | "time"} Kind What can be asked of a column. */

/** @type {Record<ColumnType, Kind>} */
const KINDS = {
  bool: "bool",
  int64: "number",
  float64: "number",
  timestamp: "time",
  datetime: "time",
  date: "time",
  utf8: "text",
  json: "json",
};

/** @param {ColumnType} type */
export const kindOf = (type) => KINDS[type] ?? "text";

/** A table, column by column. */
export class Source {
  /**
   * @param {Table} table
   * @throws {TypeError} If it was freed.
   */
  constructor(table) {
    this.table = table;
    /** @type {TableColumn[]} */
    this.columns = table.columns;
    this.rowCount = table.rowCount;
    /** @type {(Column | undefined)[]} */
    this.read = new Array(this.columns.length);
  }

  /**
   * @param {number} at
   * @returns {Column}
   * @throws {TypeError} If the table was freed before this column was needed.
   */
  column(at) {
    return (this.read[at] ??= new Column(/** @type {ColumnData} */ (this.table.columnData(at))));
  }
}

/** A column, and its values one by one. */
export class Column {
  /** @param {ColumnData} data */
  constructor(data) {
    this.data = data;
    this.name = data.name;
    this.type = data.type;
    this.kind = kindOf(data.type);
    /** The value of a row as it is shown, with all its digits; an empty text for null. */
    this.text = textsOf(data);
  }

  /** @param {number} row */
  isNull(row) {
    const { validity } = this.data;
    return validity !== undefined && ((validity[row >> 3] >> (row & 7)) & 1) === 0;
  }

  /**
   * A reader like `text` for one pass over all rows. What it makes on its way goes with it.
   *
   * @returns {(row: number) => string}
   */
  scan() {
    return textsOf(this.data);
  }

  /**
   * A reader of numbers: a `bigint` where a number can't hold one.
   *
   * @returns {(row: number) => number | bigint | null}
   */
  numbers() {
    return /** @type {(row: number) => number | bigint | null} */ (valuesOf(this.data));
  }
}

/**
 * @param {ColumnData} data
 * @returns {(row: number) => string}
 */
function textsOf(data) {
  // JSON stays as it is written: numbers in it keep their digits.
  const value = valuesOf(data.type === "json" ? { ...data, type: "utf8" } : data);
  return data.type === "utf8" || data.type === "json" || kindOf(data.type) === "time"
    ? (row) => /** @type {string | null} */ (value(row)) ?? ""
    : (row) => spell(/** @type {number | bigint | boolean | null} */ (value(row)));
}

/**
 * A value without regard to any locale.
 *
 * @param {number | bigint | boolean | null} value
 */
export function spell(value) {
  if (value === null) {
    return "";
  }
  return Object.is(value, -0) ? "-0" : String(value);
}
