// The types of tables. `wasm/table.d.ts` is written from the Rust sources.
import type { ReadOptions, Table } from "./wasm/table.js";

export { Table, TableReader } from "./wasm/table.js";

export type {
  ColumnData,
  ColumnDataBase,
  ColumnType,
  CsvOptions,
  ReadOptions,
  TableColumn,
  TableRow,
  TableValue,
} from "./wasm/table.js";

/** Where {@link readTable} finds bytes. */
export type TableSource = Response | Blob | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Reads a table while it comes in, without holding the whole of it in JavaScript's memory: from an answer of `fetch`, a
 * file that a person chose, a stream, or what `createReadStream` of Node gives.
 *
 * @param options As {@link Table.read} takes them.
 * @returns Rejects as {@link Table.read} throws; with `outputUnavailable` if the answer is not ok; and as the source does.
 *
 * @example
 * const table = await readTable(await fetch("orders.csv"));
 */
export function readTable(source: TableSource, options?: ReadOptions): Promise<Table>;
