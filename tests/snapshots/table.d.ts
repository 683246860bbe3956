// Written by `cargo xtask generate`: the types of the table wasm module.
/* tslint:disable */
/* eslint-disable */

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



/**
 * Rows and typed columns.
 *
 * Values in JavaScript, by the type of their column:
 *
 * | Column      | Value                                                                         |
 * |-------------|-------------------------------------------------------------------------------|
 * | `bool`      | `boolean`                                                                     |
 * | `int64`     | `number`; `bigint` beyond `Number.MAX_SAFE_INTEGER`, so that no digit is lost |
 * | `float64`   | `number`                                                                      |
 * | `timestamp` | `string`, always in UTC: `2026-01-31T12:00:00.000Z`                           |
 * | `datetime`  | `string`, without a zone: `2026-01-31T12:00:00.000`                           |
 * | `date`      | `string`: `2026-01-31`                                                        |
 * | `utf8`      | `string`                                                                      |
 * | `json`      | whatever the JSON text says, as `JSON.parse` reads it                         |
 *
 * A time has three digits of its second's fraction, or six if three do not suffice. What a row does not have is `null`.
 *
 * The table lies in the memory of WebAssembly. JavaScript's collector takes care of it in the end; `free()` gives the
 * memory back at once. What came out of it before (rows, texts, copies of columns) stays; all else throws a `TypeError`.
 */
export class Table {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * A column as it lies in memory, in copies of its own.
     *
     * @param column Its place, counted from 0, or its name.
     * @returns `undefined` if there is no such column.
     */
    columnData(column: number | string): ColumnData | undefined;
    /**
     * Reads a text as a table: JSON in many shapes, JSON lines, CSV, or else one row of text.
     *
     * @param input The text, or its bytes in UTF-8. Bytes are faster. Half of a surrogate pair becomes U+FFFD.
     * @param options Where the rows are and how they are written; what is left out is found by looking.
     * @throws {PqrunError} `outputUnreadable` if it is no table as the options say, `outputTruncated` if it ends too
     * early, both with `offset` where that is known; `invalidOptions`.
     */
    static read(input: Uint8Array | ArrayBuffer | string, options?: ReadOptions): Table;
    /**
     * CSV as RFC 4180 has it. {@link Table.read} finds the same types in it: a text that looks like a value of another
     * type is written in quotes.
     *
     * @param options `header: false` leaves out the names; `defuseFormulas: true` puts a `'` before texts that a
     * spreadsheet would take for a formula.
     * @throws {PqrunError} `invalidOptions`; `outputTooLarge` as {@link Table.toJson}.
     */
    toCsv(options?: CsvOptions): string;
    /**
     * JSON lines: an object per row and line.
     *
     * @throws {PqrunError} `outputTooLarge` as {@link Table.toJson}.
     */
    toJsonLines(): string;
    /**
     * A JSON array of the rows. Integers keep all their digits, as numbers.
     *
     * @throws {PqrunError} `outputTooLarge` if it would be longer than 536,870,888 bytes in UTF-8.
     */
    toJson(): string;
    /**
     * A table of Markdown, as GitHub has it. Whatever a text holds, it stays one cell.
     *
     * @throws {PqrunError} `outputTooLarge` as {@link Table.toJson}.
     */
    toMarkdown(): string;
    /**
     * One value. For many use the rows or {@link Table.column}, which are several times faster.
     *
     * @param row Counted from 0.
     * @param column Its place, counted from 0, or its name.
     * @returns The value; `undefined` outside the table.
     */
    value(row: number, column: number | string): TableValue | undefined;
    /**
     * The columns' names and types, in order.
     */
    readonly columns: TableColumn[];
    /**
     * How many rows there are.
     */
    readonly rowCount: number;
}

/**
 * What {@link Table.concat} collects its tables in. An array of them could not be lent to WebAssembly, only be given away.
 *
 * @internal
 */
export class TableParts {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Adds a table under its name.
     */
    add(name: string, table: Table): void;
    /**
     * All of them, with the names in a column of that name.
     */
    concat(column: string): Table;
    /**
     * No tables.
     */
    constructor();
}

/**
 * Reads a table whose bytes come in chunks, such as a file's or an answer's. {@link readTable} does it for streams.
 *
 * A chunk may end anywhere, also within a character. After `finish` the reader is gone; `free()` gives one up before.
 */
export class TableReader {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The table of all bytes.
     *
     * @throws {PqrunError} As {@link Table.read}; `invalidOptions` if it was called before.
     */
    finish(): Table;
    /**
     * A reader that has nothing yet.
     *
     * @param options As {@link Table.read} takes them.
     * @throws {PqrunError} `invalidOptions`
     */
    constructor(options?: ReadOptions);
    /**
     * Takes the next bytes.
     *
     * @throws {PqrunError} `invalidOptions` if they are none, or after `finish`; `outputUnreadable` if there are too many.
     */
    push(chunk: Uint8Array | ArrayBuffer): void;
    /**
     * Makes room, so that chunks need not be moved while they come in.
     *
     * @param bytes How many are still to come, as far as is known. It does no harm if it is wrong.
     */
    reserve(bytes: number): void;
}

/**
 * A panic is a bug: it says where, on the console, before the module stops working.
 */
export function start(): void;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
