// Tables as Apache Arrow has them. Our columns lie in memory as Arrow's do: no value is touched here.
import { problem } from "./table.problem.js";
import {
  Batch,
  Column,
  TimeUnit,
  batchType,
  bool,
  dateDay,
  float64,
  int64,
  tableFromColumns,
  tableToIPC,
  timestamp,
  utf8,
} from "./vendor/arrow.js";

/**
 * @import { ArrowTable, ExtractionOptions } from "./arrow.d.ts"
 * @import { ColumnData, Table } from "./wasm/table.js"
 */

/**
 * @param {Table} table
 * @param {ExtractionOptions} [options]
 * @returns {ArrowTable}
 */
export function toArrow(table, options) {
  const { columns } = expectTable(table, "toArrow");
  const data = columns.map((_, at) => /** @type {ColumnData} */ (table.columnData(at)));
  return arrowTable(data, options);
}

/**
 * @param {Table} table
 * @param {"stream" | "file"} [format]
 */
export function toArrowIPC(table, format = "stream") {
  if (format !== "stream" && format !== "file") {
    throw problem("invalidOptions", `toArrowIPC: expected stream or file, found ${JSON.stringify(format)}`);
  }
  if (expectTable(table, "toArrowIPC").columns.length === 0) {
    // The library would write a schema that other readers refuse.
    throw problem("invalidOptions", "toArrowIPC: expected a table with columns, found one without");
  }
  return table.withViews((columns) => tableToIPC(arrowTable(columns), { format }));
}

/**
 * @param {Table} table
 * @param {string} what
 */
function expectTable(table, what) {
  if (typeof table?.withViews !== "function") {
    throw problem("invalidOptions", `${what}: expected a Table of pqrun or pqrun/table`);
  }
  return table;
}

/**
 * @param {ColumnData[]} columns
 * @param {ExtractionOptions} [options]
 */
function arrowTable(columns, options) {
  return tableFromColumns(columns.map((data) => [data.name, arrowColumn(data, options)]));
}

/**
 * @param {ColumnData} data
 * @param {ExtractionOptions} [options]
 */
function arrowColumn(data, options = {}) {
  const type = typeOf(data);
  const Values = data.type === "int64" && !options.useBigInt ? ExactIntegers : batchType(type, options);
  const { length, nullCount, validity = new Uint8Array(0) } = data;
  const values =
    "offsets" in data ? { values: data.bytes, offsets: signed(data.offsets) } : { values: data.values };
  return new Column([new Values({ type, length, nullCount, validity, ...values })], type);
}

/** @param {ColumnData} data */
function typeOf(data) {
  switch (data.type) {
    case "bool":
      return bool();
    case "int64":
      return int64();
    case "float64":
      return float64();
    case "timestamp":
      return timestamp(TimeUnit.MICROSECOND, "UTC");
    case "datetime":
      return timestamp(TimeUnit.MICROSECOND, null);
    case "date":
      return dateDay();
    case "utf8":
    case "json":
      return utf8();
  }
}

/**
 * The same offsets: none is above 2^31-1.
 *
 * @param {Uint32Array<ArrayBuffer>} offsets
 */
function signed(offsets) {
  return new Int32Array(offsets.buffer, offsets.byteOffset, offsets.length);
}

/**
 * Integers as numbers, and as bigints where a number can't hold them. The library's own would throw there.
 *
 * @extends {Batch<number | bigint>}
 */
class ExactIntegers extends Batch {
  /** What the library copies values into. */
  static ArrayType = Array;

  /**
   * @override
   * @param {number} row
   */
  value(row) {
    const integer = /** @type {bigint} */ (this.values[row]);
    const number = Number(integer);
    return Number.isSafeInteger(number) ? number : integer;
  }
}
