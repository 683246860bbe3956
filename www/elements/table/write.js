// Downloads. The table itself writes; of some of its rows a table is made first, out of the lines that it wrote of them,
// so that every format has one writer.
import { arrow } from "../base/modules/arrow.js";

/**
 * @import { ColumnType, Table } from "pqrun"
 */

/** @typedef {"csv" | "json" | "jsonLines" | "markdown" | "arrow"} Format */

/** @type {Record<Format, { label: string, ending: string, type: string, hint: string }>} */
export const FORMATS = {
  csv: {
    label: "CSV",
    ending: "csv",
    type: "text/csv;charset=utf-8",
    hint: "For spreadsheets and nearly everything else.",
  },
  json: {
    label: "JSON",
    ending: "json",
    type: "application/json",
    hint: "An array with an object for each row. Integers keep all their digits.",
  },
  jsonLines: {
    label: "JSON lines",
    ending: "jsonl",
    type: "application/jsonl",
    hint: "An object for each row, on a line.",
  },
  markdown: {
    label: "Markdown",
    ending: "md",
    type: "text/markdown;charset=utf-8",
    hint: "A table for documents and comments.",
  },
  arrow: {
    label: "Arrow",
    ending: "arrow",
    type: "application/vnd.apache.arrow.file",
    hint: "With types, for pandas, Polars, DuckDB and others. Known as Feather too.",
  },
};

/**
 * @param {Table} table
 * @param {Format} format
 * @param {{ defuseFormulas: boolean }} options
 * @returns {Promise<string | Uint8Array<ArrayBuffer>>}
 */
export async function write(table, format, { defuseFormulas }) {
  switch (format) {
    case "csv":
      return table.toCsv({ defuseFormulas });
    case "json":
      return table.toJson();
    case "jsonLines":
      return table.toJsonLines();
    case "markdown":
      return table.toMarkdown();
    case "arrow":
      return (await arrow()).toArrowIPC(table, "file");
  }
}

/** A class of tables, as `pqrun` and `pqrun/table` have one each. @typedef {typeof import("pqrun").Table} Tables */

/**
 * A table of some rows, in their order, with the columns of the whole one. It has to be freed.
 *
 * @param {Table} table
 * @param {Uint32Array} rows
 * @returns {Table}
 */
export function taken(table, rows) {
  const { read } = /** @type {Tables} */ (table.constructor);
  const { columns } = table;
  if (rows.length === 0) {
    return read(JSON.stringify({ columns: columns.map(({ name }) => name), index: [], data: [] }), {
      shape: "split",
      schema: schemaOf(columns),
    });
  }
  // No line has a line end within: JSON writes those as signs.
  const lines = table.toJsonLines().split("\n");
  return read(Array.from(rows, (row) => lines[row]).join("\n"), { format: "jsonLines", schema: schemaOf(columns) });
}

/**
 * @param {{ name: string, type: ColumnType }[]} columns
 * @returns {Record<string, ColumnType>}
 */
function schemaOf(columns) {
  const names = columns.map(({ name }) => name);
  const types = Object.fromEntries(columns.map(({ name, type }) => [name, type]));
  // A schema says the order of the columns, too, and an object would put names that are integers first.
  return new Proxy(types, { ownKeys: () => names });
}

/**
 * The name of a file, of whatever a table is called.
 *
 * @param {string} stem
 * @param {Format} format
 */
export function fileName(stem, format) {
  const safe = stem
    .replace(/[^\p{L}\p{N}._ -]+/gu, "-")
    .replace(/[ -]*-[ -]*/gu, "-")
    .replace(/^[.\s-]+|[.\s-]+$/gu, "")
    .slice(0, 100);
  return `${safe || "table"}.${FORMATS[format].ending}`;
}

/** What a formula begins with, as the CSV of a table has it, too. */
const FORMULA = /^[=+\-@＝＋－＠\t\r\n]/u;

/** A JSON number. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/iu;

/**
 * A text that no spreadsheet takes for a formula. Numbers are none.
 *
 * @param {string} text
 */
export const defused = (text) => (FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text);

/**
 * Rows as a spreadsheet takes them from the clipboard: tabs between the cells, and in quotes what has a tab, a line end or
 * a quote in it.
 *
 * @param {Iterable<string[]>} rows
 */
export function tabSeparated(rows) {
  /** @type {string[]} */
  const lines = [];
  for (const row of rows) {
    lines.push(row.map((text) => (/["\t\n\r]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join("\t"));
  }
  return lines.join("\n");
}
