// The part of @uwdata/flechette's types that is used or handed on.

/** A type of Arrow's. */
export interface DataType {
  /** As the IPC format numbers it. */
  typeId: number;
}

/** A named column's type. */
export interface Field {
  name: string;
  type: DataType;
  nullable: boolean;
  metadata: Map<string, string> | null;
}

/** A column of a {@link Table}. */
export class Column<T = unknown> implements Iterable<T | null> {
  constructor(data: Batch<T>[], type?: DataType);
  readonly type: DataType;
  readonly length: number;
  readonly nullCount: number;
  readonly data: readonly Batch<T>[];
  /** The value of a row, counted from 0. */
  at(row: number): T | null;
  /** The same, by the name that Apache Arrow has for it. */
  get(row: number): T | null;
  /** All values; a typed array on the same memory where there is no null and the type allows it. */
  toArray(): ArrayLike<T | null> & Iterable<T | null>;
  [Symbol.iterator](): Iterator<T | null>;
}

/** What a batch is made of. */
export interface BatchOptions {
  length: number;
  nullCount: number;
  type: DataType;
  validity?: Uint8Array;
  values: Uint8Array | Int32Array | BigInt64Array | Float64Array;
  offsets?: Int32Array;
}

/** The values of a column that lie together. */
export class Batch<T = unknown> {
  constructor(options: BatchOptions);
  readonly length: number;
  readonly nullCount: number;
  readonly type: DataType;
  readonly validity: Uint8Array;
  readonly values: BatchOptions["values"];
  readonly offsets?: Int32Array;
  at(row: number): T | null;
  value(row: number): T;
}

/** A table of Arrow's. */
export interface Table extends Iterable<Record<string, unknown>> {
  readonly schema: { fields: Field[]; metadata: Map<string, string> | null };
  readonly names: string[];
  readonly children: Column[];
  readonly numCols: number;
  readonly numRows: number;
  /** The column of a name. */
  getChild(name: string): Column | undefined;
  /** The column at a place, counted from 0. */
  getChildAt(at: number): Column | undefined;
  /** All values by column. */
  toColumns(): Record<string, ArrayLike<unknown>>;
  /** The rows as objects. */
  toArray(): Record<string, unknown>[];
  /** A row as an object. */
  at(row: number): Record<string, unknown>;
  /** The same, by the name that Apache Arrow has for it. */
  get(row: number): Record<string, unknown>;
  /** A table of some columns. */
  select(names: string[], as?: string[]): Table;
}

/** How values come out of columns. */
export interface ExtractionOptions {
  /** Dates and timestamps as `Date`, where they are numbers of milliseconds otherwise. */
  useDate?: boolean;
  /** Integers of 64 bits as bigints, all of them. */
  useBigInt?: boolean;
  /** Timestamps as bigints of microseconds. */
  useBigIntTimestamp?: boolean;
}

export const TimeUnit: { readonly MICROSECOND: 2 };

export function batchType(type: DataType, options?: ExtractionOptions): typeof Batch;
export function bool(): DataType;
export function dateDay(): DataType;
export function field(name: string, type: DataType): Field;
export function float64(): DataType;
export function int64(): DataType;
export function tableFromColumns(columns: [string, Column][]): Table;
export function tableToIPC(table: Table, options: { format: "stream" | "file" }): Uint8Array<ArrayBuffer>;
export function timestamp(unit: 2, timezone: string | null): DataType;
export function utf8(): DataType;
