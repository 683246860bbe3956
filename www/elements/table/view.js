// Which rows are shown, and in which order: numbers of rows, and no rows.
import { containing, readFilter } from "./filter.js";
import { STRIDE } from "./slices.js";
import { sorted } from "./sort.js";

/**
 * @import { Source } from "./source.js"
 * @import { Test } from "./filter.js"
 */

/** @typedef {{ column: string, direction: "ascending" | "descending" }} Sort */
/** @typedef {{ text: string, columns: Record<string, string> }} Filters What is typed: for all columns, and by column. */

/**
 * Whether anything is typed.
 *
 * @param {Filters} filters
 */
export function isFiltering({ text, columns }) {
  return [text, ...Object.values(columns)].some((typed) => typed.trim() !== "");
}

/**
 * All rows, in the table's order.
 *
 * @param {number} count
 */
export function allRows(count) {
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row += 1) {
    rows[row] = row;
  }
  return rows;
}

/**
 * The rows that fit, in order. A filter that can't be read lets all rows through: it is shown as wrong where it stands.
 *
 * @param {Source} source
 * @param {Filters} filters
 * @returns {Generator<void, Uint32Array, void>}
 */
export function* fitting(source, filters) {
  const tests = testsOf(source, filters);
  if (tests.length === 0) {
    return allRows(source.rowCount);
  }
  const rows = new Uint32Array(source.rowCount);
  let count = 0;
  for (let row = 0; row < source.rowCount; row += 1) {
    let fits = true;
    for (let at = 0; fits && at < tests.length; at += 1) {
      fits = tests[at](row);
    }
    if (fits) {
      rows[count] = row;
      count += 1;
    }
    if ((row & STRIDE) === STRIDE) {
      yield;
    }
  }
  return rows.slice(0, count);
}

/**
 * @param {Source} source
 * @param {Filters} filters
 */
function testsOf(source, { text, columns }) {
  /** @type {Test[]} */
  const tests = [];
  source.columns.forEach(({ name }, at) => {
    const typed = Object.hasOwn(columns, name) ? columns[name] : "";
    const column = typed.trim() === "" ? undefined : source.column(at);
    const filter = column && readFilter(typed, column.kind);
    if (column && filter && "of" in filter) {
      tests.push(filter.of(column));
    }
  });
  const wanted = text.trim();
  if (wanted !== "") {
    const contains = containing(wanted);
    const anywhere = source.columns.map((_, at) => contains(source.column(at)));
    tests.push((row) => anywhere.some((test) => test(row)));
  }
  return tests;
}

/**
 * @param {Source} source
 * @param {Uint32Array} rows
 * @param {Sort | null} sort
 * @returns {Generator<void, Uint32Array, void>}
 */
export function* inOrder(source, rows, sort) {
  const at = sort ? source.columns.findIndex(({ name }) => name === sort.column) : -1;
  return sort && at !== -1 && rows.length > 1 ? yield* sorted(rows, source.column(at), sort.direction) : rows;
}
