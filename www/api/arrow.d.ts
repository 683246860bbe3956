// The types of tables as Apache Arrow has them.
import type { Column, DataType, ExtractionOptions, Field, Table as ArrowTable } from "./vendor/arrow.js";
import type { Table } from "./wasm/table.js";

export type { ArrowTable, Column as ArrowColumn, DataType, ExtractionOptions, Field };

/**
 * The table as one of `@uwdata/flechette`, on copies of its columns. The table may be freed.
 *
 * | Column      | Arrow                     | Value                                                                |
 * |-------------|---------------------------|----------------------------------------------------------------------|
 * | `bool`      | `bool`                    | `boolean`                                                            |
 * | `int64`     | `int64`                   | `number`; `bigint` beyond `Number.MAX_SAFE_INTEGER`, or `useBigInt`  |
 * | `float64`   | `float64`                 | `number`                                                             |
 * | `timestamp` | `timestamp[us, tz=UTC]`   | milliseconds since the Unix epoch; `Date` with `useDate`             |
 * | `datetime`  | `timestamp[us]`           | the same                                                             |
 * | `date`      | `date32[day]`             | the same                                                             |
 * | `utf8`      | `utf8`                    | `string`                                                             |
 * | `json`      | `utf8`                    | the JSON text                                                        |
 *
 * Arrow counts the rows of a table by its columns: one without columns has no rows there.
 *
 * @param options How values come out.
 * @throws {PqrunError} `invalidOptions` if it is no table; a `TypeError` if it was freed.
 */
export function toArrow(table: Table, options?: ExtractionOptions): ArrowTable;

/**
 * The table as Arrow IPC, which Apache Arrow, pandas, Polars, DuckDB and others read.
 *
 * @param format `stream` if left out; `file` is what is known as Feather too.
 * @throws {PqrunError} `invalidOptions` if it is no table, or there is no such format; a `TypeError` if it was freed.
 *
 * @example
 * await writeFile("orders.arrow", toArrowIPC(table, "file"));
 */
export function toArrowIPC(table: Table, format?: "stream" | "file"): Uint8Array<ArrayBuffer>;
