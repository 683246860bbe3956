/** The outputs of a run as text: tables for people, JSON and CSV for programs. */

import CliTable from "cli-table3";
import { toArrowIPC } from "pqrun/arrow";

import { displayWidth, harmlessLine, harmlessText } from "./text.js";

/** @typedef {import("pqrun").RunResult} RunResult */
/** @typedef {import("pqrun").Table} Table */
/** @typedef {import("./flags.js").Format} Format */
/** @typedef {RunResult["outputs"][number]} Output */

/**
 * The outputs that are asked for.
 *
 * @typedef {object} Choice
 * @property {Output[]} outputs What is to be written, in order.
 * @property {string[]} leftOut Keys of other outputs that hold something.
 * @property {string} [problem] Why nothing can be written.
 */

/** What people mean by a run's output: what its code gave out on purpose. */
const RESULTS = new Set(["notebookResult", "rows", "returnValue"]);

/**
 * Chooses: all outputs in one, if they are to be combined; the named output; else, with a path, the outputs in which it leads to rows; else all results of notebooks,
 * rows and return values; else, where there are none of them, all that hold something.
 *
 * @param {RunResult} result
 * @param {{ task?: string, outputPath?: string, combine?: boolean }} [options]
 * @returns {Choice}
 */
export function chooseOutputs(result, { task, outputPath, combine } = {}) {
  const holding = result.outputs.filter(holdsSomething);
  if (combine) {
    const { table, tableError } = result;
    return {
      outputs: table ? [/** @type {Output} */ ({ key: "combined", kind: "rows", truncated: false, table })] : [],
      leftOut: holding.filter((output) => output.table === undefined).map((output) => output.key),
      ...(tableError ? { problem: `the outputs can't be combined: ${tableError.message}` } : {}),
    };
  }
  if (task !== undefined) {
    const named = result.outputs.filter((output) => output.key === task);
    const keys = result.outputs.map((output) => output.key).join(", ") || "none";
    return named.length > 0
      ? { outputs: named.filter(holdsSomething), leftOut: [] }
      : { outputs: [], leftOut: [], problem: `no task or activity is called ${task}; there are: ${keys}` };
  }
  const tables = holding.filter((output) => output.table !== undefined);
  const results = holding.filter((output) => RESULTS.has(output.kind) || output.truncated);
  const outputs = [outputPath === undefined ? [] : tables, results].find((some) => some.length > 0) ?? holding;
  return { outputs, leftOut: holding.filter((output) => !outputs.includes(output)).map((output) => output.key) };
}

/** @param {Output} output */
function holdsSomething(output) {
  return (
    [output.table, output.tableError, output.text, output.data].some((part) => part !== undefined) || output.truncated
  );
}

/**
 * What is missing from the outputs that are to be written, in sentences.
 *
 * @param {RunResult} result
 * @param {Choice} choice
 * @param {Format} format
 * @returns {string[]}
 */
export function findGaps(result, choice, format) {
  const gaps = [];
  if (choice.problem !== undefined) {
    gaps.push(choice.problem);
  }
  if (result.outputsError) {
    const { message, hint } = result.outputsError;
    gaps.push(`not all outputs could be read: ${message}${hint ? `; ${hint}` : ""}`);
  }
  const asked = new Set(choice.outputs);
  for (const output of result.outputs) {
    if (output.error) {
      if (!result.outputsError) {
        gaps.push(`${output.key}: ${output.error.message}`);
      }
    } else if (asked.has(output) && output.truncated) {
      gaps.push(
        `${output.key}: the service cut the output: ${output.errorMessage ?? "it is longer than what it gives out"}; ` +
          "write it to a file in a volume or in OneLake, give out the file's path, and add --follow-path",
      );
    } else if (asked.has(output) && output.tableError) {
      gaps.push(`${output.key}: the output is no table: ${output.tableError.message}`);
    } else if (asked.has(output) && needsTable(format) && !output.table) {
      gaps.push(`${output.key}: the output is no table, so it can't be written as ${format}`);
    }
  }
  if (holdsOne(format) && choice.outputs.length > 1) {
    const keys = choice.outputs.map((output) => output.key).join(", ");
    gaps.push(`${format} holds one table, and there are several: choose with --task one of ${keys}, or --combine them`);
  }
  return gaps;
}

/** @param {Format} format */
function needsTable(format) {
  return holdsOne(format) || format === "markdown";
}

/** @param {Format} format */
function holdsOne(format) {
  return format === "csv" || format === "jsonl" || format === "arrow";
}

/**
 * @typedef {object} Style
 * @property {number} [width] The terminal's width; wider tables are cut to it. Without it nothing is cut.
 * @property {boolean} [defuseFormulas]
 * @property {"stream" | "file"} [arrow] How Arrow is framed.
 */

/**
 * The outputs in a format. Text ends with a line end, or is empty.
 *
 * @param {Choice} choice
 * @param {Format} format
 * @param {Style} [style]
 * @returns {string | Uint8Array} Bytes, if it is Arrow.
 */
export function writeOutputs(choice, format, style = {}) {
  const whole = choice.outputs.filter((output) => !output.truncated || format === "table");
  const [only] = whole;
  const table = choice.outputs.length === 1 ? only?.table : undefined;
  switch (format) {
    case "table":
      return whole.map((output) => titled(output, whole.length > 1, style)).join("\n");
    case "json":
      return `${choice.outputs.length > 1 ? jsonByKey(choice.outputs) : jsonOf(only)}\n`;
    case "jsonl":
      return ended(table?.toJsonLines() ?? "");
    case "csv":
      return ended(table?.toCsv({ defuseFormulas: style.defuseFormulas ?? false }) ?? "", "\r\n");
    case "markdown":
      return whole.map((output) => underHeading(output, whole.length > 1)).join("\n");
    case "arrow":
      return table ? toArrowIPC(table, style.arrow) : "";
  }
}

/**
 * An output as Markdown, under its key where there are several.
 *
 * @param {Output} output
 * @param {boolean} isOneOfSeveral
 */
function underHeading({ key, table }, isOneOfSeveral) {
  const heading = isOneOfSeveral ? `## ${harmlessLine(key)}\n\n` : "";
  return table ? heading + ended(table.toMarkdown()) : "";
}

/**
 * @param {string} text
 * @param {string} [end]
 */
function ended(text, end = "\n") {
  return text === "" || text.endsWith("\n") ? text : `${text}${end}`;
}

/** @param {Output[]} outputs */
function jsonByKey(outputs) {
  const members = outputs.map(
    (output) => `${JSON.stringify(output.key)}:${jsonOf(output.truncated ? undefined : output)}`,
  );
  return `{${members.join(",")}}`;
}

/**
 * An output as JSON text; tables keep all digits of their numbers.
 *
 * @param {Output | undefined} output
 * @returns {string}
 */
export function jsonOf(output) {
  if (output?.table) {
    return output.table.toJson();
  }
  return JSON.stringify(output?.data ?? output?.text ?? null, (_, value) =>
    typeof value === "bigint" ? String(value) : value,
  );
}

/**
 * An output for people, under its key where there are several.
 *
 * @param {Output} output
 * @param {boolean} isOneOfSeveral
 * @param {Style} style
 */
function titled(output, isOneOfSeveral, style) {
  const title = isOneOfSeveral ? `${harmlessLine(output.key)}\n` : "";
  if (output.table) {
    return title + writeTable(rowsOf(output.table), style);
  }
  const text = output.text ?? (output.data === undefined ? "" : JSON.stringify(output.data, undefined, 2));
  return title + ended(harmlessText(text));
}

/**
 * Rows in a neutral form, so that lists which are no output of a run are written alike.
 *
 * @typedef {object} Rows
 * @property {{ name: string, isNumber: boolean }[]} columns
 * @property {string[][]} cells
 */

/**
 * @param {Table} table
 * @returns {Rows}
 */
function rowsOf(table) {
  const columns = table.columns.map(({ name, type }) => ({ name, isNumber: type === "int64" || type === "float64" }));
  const values = columns.map((_, at) => table.column(at) ?? []);
  const cells = Array.from({ length: table.rowCount }, (_, row) => values.map((column) => cellText(column[row])));
  return { columns, cells };
}

/** How a missing value is shown, so that it differs from an empty text. */
export const NULL_SIGN = "(null)";

/**
 * @param {unknown} value
 * @returns {string}
 */
export function cellText(value) {
  if (value === null || value === undefined) {
    return NULL_SIGN;
  }
  if (value instanceof Date) {
    return value.toISOString();
  }
  return harmlessLine(typeof value === "object" ? JSON.stringify(value) : String(value));
}

/**
 * A table for people.
 *
 * @param {Rows} rows
 * @param {Style} [style]
 * @returns {string}
 */
export function writeTable({ columns, cells }, { width } = {}) {
  if (columns.length === 0) {
    return `${cells.length === 0 ? "no rows" : `${cells.length} rows without columns`}\n`;
  }
  const head = columns.map(({ name }) => harmlessLine(name));
  const table = new CliTable({
    head,
    colAligns: columns.map(({ isNumber }) => (isNumber ? "right" : "left")),
    style: { head: [], border: [], compact: true },
    ...(width === undefined ? {} : { colWidths: fittedWidths([head, ...cells], width, columns.map(({ isNumber }) => isNumber)) }),
  });
  for (const row of cells) {
    table.push(row);
  }
  return `${table.toString()}\n${cells.length === 1 ? "1 row" : `${cells.length} rows`}\n`;
}

/** What stands around a cell's text: a blank on both sides and one border. */
const PADDING = 2;
const BORDER = 1;
/** No column is made narrower than this, even if the line then wraps. */
const NARROWEST = 8;

/**
 * The widths of columns, made to fit: the widest give way first. Numbers stay whole, since a cut number reads as another
 * one.
 *
 * @param {string[][]} lines
 * @param {number} width
 * @param {boolean[]} [isWhole] Which columns never give way.
 * @returns {number[]}
 */
export function fittedWidths(lines, width, isWhole = []) {
  const wanted = /** @type {number[]} */ ([]);
  for (const line of lines) {
    line.forEach((cell, at) => {
      wanted[at] = Math.max(wanted[at] ?? 1, displayWidth(cell));
    });
  }
  const room = width - BORDER - wanted.length * (PADDING + BORDER);
  const fitted = (/** @type {number} */ limit) => wanted.map((one, at) => (isWhole[at] ? one : Math.min(one, limit)));
  const total = (/** @type {number} */ limit) => fitted(limit).reduce((sum, one) => sum + one, 0);
  let limit = Math.max(NARROWEST, Math.min(Math.max(...wanted), room));
  while (limit > NARROWEST && total(limit) > room) {
    limit -= 1;
  }
  return fitted(limit).map((one) => one + PADDING);
}
