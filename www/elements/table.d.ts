import type { ErrorInfo, RunOutput, Table } from "pqrun";

/** How the rows of a {@link PqrunTable} are sorted. */
export interface TableSort {
  /** The name of a column. A table without it keeps its order. */
  column: string;
  direction: "ascending" | "descending";
}

/** What the rows of a {@link PqrunTable} have to fit. Blanks around a text say nothing, and an empty text lets all rows through. */
export interface TableFilters {
  /** Has to be part of some value of the row, as it is shown; upper and lower case are the same. */
  text: string;
  /**
   * By the names of columns. For every column `null` and `not null`; besides
   *
   * - `utf8`, `json`: part of the text, whatever its case; `= text` and `!= text` all of it, exactly; a text in quotes is
   *   taken as it stands, so that `"null"` is found too
   * - `int64`, `float64`: `10`, `> 10`, `>= 10`, `< 10`, `<= 10`, `!= 10`, and the range `10..20`, whose ends belong to it and
   *   may be left out; integers are compared with all their digits
   * - `timestamp`, `datetime`, `date`: the same with `2026`, `2026-01`, `2026-01-31`, `2026-01-31T12:00`, …, compared as far
   *   as they are written
   * - `bool`: `true`, `false`
   *
   * Nulls fit `null` and `!=` only. What can't be read is shown as wrong, and lets all rows through.
   */
  columns: Record<string, string>;
}

/** What a {@link PqrunTable} shows of an output besides its table; all of {@link RunOutput} but the key may be left out. */
export type TableOutput = Pick<RunOutput, "key"> & Partial<RunOutput>;

/** The formats that a {@link PqrunTable} writes. */
export type TableFormat = "csv" | "json" | "jsonLines" | "markdown" | "arrow";

/**
 * `<pqrun-table>`: a table of `pqrun` or `pqrun/table`, or the outputs of a run, of which one is chosen. The rows can be sorted
 * and filtered, looked at one by one, drawn as a chart, copied and downloaded.
 *
 * The columns are copied out of WebAssembly when they are first needed, as typed arrays; no row becomes an object, and only
 * what is in sight is in the document. A table of 100,000 rows and hundreds of columns is no burden; more are possible.
 *
 * Sorting is stable and exact: integers with all their digits, texts and JSON by code point, as `ORDER BY` does in Databricks
 * and Fabric, nulls last in both directions.
 *
 * Keys, in the grid: the arrow keys, Home, End, Page Up, Page Down, with Ctrl to the end; Enter opens a cell or, on its number,
 * a row, and on a name sorts; Shift with an arrow key on a name changes the column's width; Ctrl-C copies a cell or a row.
 *
 * | CSS part | What it is |
 * | --- | --- |
 * | `heading` | the heading |
 * | `toolbar` | the box for all columns, the buttons, what is shown in words |
 * | `grid` | the grid, which scrolls |
 * | `head`, `body`, `row`, `cell` | its parts |
 * | `chart`, `downloads` | the panels that buttons of the toolbar open |
 * | `detail` | the dialog with a cell or a row |
 * | `message` | what is said of an error or of an output that was cut |
 * | `empty` | what is shown in place of rows |
 *
 * | CSS variable | What it says | Without it |
 * | --- | --- | --- |
 * | `--pqrun-table-height` | how high the grid grows before it scrolls | `30rem` |
 * | `--pqrun-row-height` | how high a row is, the same for all | `2rem`, `2.75rem` for fingers |
 *
 * The variables of all elements (`--pqrun-accent`, `--pqrun-font`, …) apply too.
 *
 * @example
 * ```js
 * import "pqrun/elements/table";
 *
 * const view = document.querySelector("pqrun-table");
 * view.tables = (await run.result).outputs;
 * ```
 */
export class PqrunTable extends HTMLElement {
  /**
   * The table. The element doesn't free it; one that is freed while it is shown becomes an error as soon as something is
   * needed that was not read yet. Another table begins without a filter and in its own order, unless they are set with it.
   */
  table: Table | null | undefined;
  /**
   * The outputs of a run, to choose from: `result.outputs`. What is no table is shown as what it is: text, data, an error, an
   * output that the service cut. If `table` is set too and is none of theirs, as with `combineTables`, it comes first.
   */
  tables: readonly TableOutput[] | null | undefined;
  /** Why there is no table, in its place. Its `hint` is shown below the message. */
  error: ErrorInfo | Error | string | null | undefined;
  /** What the table is called; the attribute is `heading`. The grid is named after it for screen readers. */
  heading: string;
  /** What downloaded files are called, without an ending; the attribute is `file-name`. The heading if it is left out. */
  fileName: string;
  /** Whether a table is on its way; the attribute is `loading`. */
  loading: boolean;
  /** How the rows are sorted. Set, it sorts them, without an event. */
  sort: TableSort | null;
  /** What the rows have to fit. Set, it filters them, without an event. */
  filters: TableFilters;
  /** Resolves when what was set is shown. */
  readonly updateComplete: Promise<boolean>;

  addEventListener<K extends keyof PqrunTableEventMap>(
    type: K,
    listener: (this: PqrunTable, event: PqrunTableEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** The events of {@link PqrunTable}, for what the person does. They bubble, and leave shadow roots. */
export interface PqrunTableEventMap extends HTMLElementEventMap {
  /** The rows are to be sorted; `null`: as they are in the table. */
  "pqrun-sort": CustomEvent<{ sort: TableSort | null }>;
  /** The rows are to be filtered. While somebody types it comes at each pause. */
  "pqrun-filter": CustomEvent<{ filters: TableFilters }>;
  /** Another output was chosen. */
  "pqrun-output": CustomEvent<{ key: string }>;
  /** A file was handed to the browser, with so many rows. */
  "pqrun-download": CustomEvent<{ format: TableFormat; fileName: string; rows: number }>;
}

declare global {
  interface HTMLElementTagNameMap {
    "pqrun-table": PqrunTable;
  }
}
