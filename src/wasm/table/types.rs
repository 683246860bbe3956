//! Types of tables that have no counterpart in Rust.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The type of a column of a {@link Table}. */
export type ColumnType = "bool" | "int64" | "float64" | "timestamp" | "datetime" | "date" | "utf8" | "json";

/** How {@link Table.read} reads. What is left out is found by looking. */
export interface ReadOptions {
    /** Where the rows are in JSON, such as `$.rows`. A step into a text goes on in the JSON that the text holds. */
    path?: string;
    /** What the text is written in. `auto`: JSON, JSON lines, CSV with a header, or else one row of text. */
    format?: "auto" | "json" | "jsonLines" | "csv" | "text";
    /**
     * How the rows lie in JSON. `records`: an array of objects; `arrays`: an array of arrays; `lists`: an object with an
     * array for each column; `columns`, `index`, `split`, `table`: as pandas' `to_json` names them; `texts`: an array of
     * JSON texts, as Spark's `toJSON().collect()` has it; `row`: an object is one row.
     */
    shape?: "auto" | "records" | "arrays" | "lists" | "columns" | "index" | "split" | "table" | "texts" | "row";
    /** Whether the first record of CSV, or the first of an array of arrays, holds the names of the columns. */
    header?: boolean;
    /** What separates the fields of CSV, one character of ASCII; `,` if left out. */
    delimiter?: string;
    /** Whether the members of nested objects become columns, such as `address.city`; `false` if left out. */
    flatten?: boolean;
    /**
     * The types of columns, by name. They come first, in this order, whether they occur or not. A value that does not fit
     * is an error that names its `row`, `column` and `offset`.
     */
    schema?: Record<string, ColumnType>;
}

/** A column of a {@link Table}. */
export interface TableColumn {
    name: string;
    type: ColumnType;
}

/** A value of a {@link Table}; its documentation says which column has which. */
export type TableValue = null | boolean | number | bigint | string | TableValue[] | { [name: string]: TableValue };

/** A row of a {@link Table}. */
export type TableRow = { [column: string]: TableValue };

/** What every column has, whatever its type. */
export interface ColumnDataBase {
    name: string;
    /** How many rows there are. */
    length: number;
    /** How many of them are null. */
    nullCount: number;
    /** A bit for each row, the lowest of the first byte first, 0 for null. It is absent if no row is null. */
    validity?: Uint8Array<ArrayBuffer>;
}

/** A column as it lies in memory, in the layout of Apache Arrow. A null holds its place: `false`, 0 or an empty text. */
export type ColumnData = ColumnDataBase &
    (
        | {
              type: "bool";
              /** A bit for each row, the lowest of the first byte first. */
              values: Uint8Array<ArrayBuffer>;
          }
        | {
              /** `timestamp`: microseconds since the Unix epoch; `datetime`: the same, as if the place were in UTC. */
              type: "int64" | "timestamp" | "datetime";
              values: BigInt64Array<ArrayBuffer>;
          }
        | { type: "float64"; values: Float64Array<ArrayBuffer> }
        | {
              /** Days since 1970-01-01. */
              type: "date";
              values: Int32Array<ArrayBuffer>;
          }
        | {
              type: "utf8" | "json";
              /** Where the text of each row begins in `bytes`, and where the last one ends: one more than rows. */
              offsets: Uint32Array<ArrayBuffer>;
              /** The texts of all rows in UTF-8, one behind the other. */
              bytes: Uint8Array<ArrayBuffer>;
          }
    );

export interface Table extends Iterable<TableRow> {
    /** All values of a column, one per row; `undefined` if there is no such column. */
    column(column: number | string): TableValue[] | undefined;
    /**
     * The rows as plain objects, each with every column. An object is made when it is first touched, from a copy of the
     * columns; the table may be freed meanwhile.
     *
     * The array is one for all purposes but two: `structuredClone` and `postMessage` take no array that makes its items
     * when they are touched. Give them `[...table]`.
     */
    toArray(): TableRow[];
    /** Makes one row after the other. */
    [Symbol.iterator](): IterableIterator<TableRow>;
    /** What `JSON.stringify` writes: the rows as objects, integers beyond `Number.MAX_SAFE_INTEGER` as texts. */
    toJSON(): TableRow[];
    /**
     * All columns as they lie in memory, without a copy, for as long as the callback runs. After that, or once anything
     * makes the memory of WebAssembly grow, its arrays are empty or hold something else: what is to be kept must be
     * copied. {@link Table.columnData} gives copies.
     *
     * @param callback Takes the columns. What it returns is returned.
     * @throws {PqrunError} `invalidOptions`: it returned a promise, or something grew the memory while it ran.
     */
    withViews<T>(callback: (columns: ColumnData[]) => T): T;
}

export namespace Table {
    /**
     * The rows of all tables, one table after the other, with the name of each row's table in the first column. They need
     * the same columns in the same order, of the same types; integers become doubles if all of them are exactly doubles,
     * and a column without values has any type. A table without columns and rows agrees with all others.
     *
     * @param parts The tables and their names. Of one module: `pqrun` and `pqrun/table` have memories of their own.
     * @param nameColumn What the first column is called; `name` if left out.
     * @throws {PqrunError} `outputUnreadable` with the names of the tables and of the column that differ.
     */
    function concat(parts: Iterable<{ name: string; table: Table }>, nameColumn?: string): Table;
}

/** How {@link Table.toCsv} writes. */
export interface CsvOptions {
    /** Whether the names come first; `true` if left out. */
    header?: boolean;
    /** Whether texts that a spreadsheet would take for a formula get a `'` in front; `false` if left out. */
    defuseFormulas?: boolean;
}
"#;
