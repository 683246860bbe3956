// What the families of tables share.

import {
  MError, MFunction, MList, MRecord, MTable, MType, cannotConvert, equals, force, invoke, lazy, plain, primitive, raise,
  tableType,
} from "../value.mjs";
import { equation, names } from "./arguments.mjs";
import { MISSING } from "./record.mjs";

/**
 * @import { Slot, Value } from "../value/slot.mjs"
 * @import { Row } from "../value/table.mjs"
 */

/** @typedef {[string, MType][]} Columns */

export const ANY = primitive("any");

/**
 * A table that is computed from others: its columns when first asked for, its rows on each enumeration.
 *
 * @param {() => Columns} columns
 * @param {() => Iterator<Row>} rows A generator function.
 * @param {() => MType["keys"]} [keys]
 * @returns {MTable}
 */
export function tableOf(columns, rows, keys = () => []) {
  return new MTable(() => tableType(columns(), keys()), rows);
}

/**
 * A table with the same columns and other rows.
 *
 * @param {MTable} table
 * @param {() => Iterator<Row>} rows
 * @returns {MTable}
 */
export function withRows(table, rows) {
  return new MTable(() => table.type, rows);
}

/**
 * A table of kept rows with the columns of another.
 *
 * @param {MTable} table
 * @param {Row[]} rows
 * @returns {MTable}
 */
export function keptRows(table, rows) {
  return new MTable(() => table.type, rows);
}

/**
 * Keys that only name columns which are still there.
 *
 * @param {MTable} table
 * @param {(name: string) => string | undefined} renamed Undefined if the column is gone.
 */
export function keysThrough(table, renamed) {
  return table.keys
    .map(({ columns, primary }) => ({ columns: columns.map(renamed), primary }))
    .filter(({ columns }) => !columns.includes(undefined))
    .map(({ columns, primary }) => ({ columns: /** @type {string[]} */ (columns), primary }));
}

/**
 * The error of a column that is not there.
 *
 * @param {string} name
 * @returns {never}
 */
export function noColumn(name) {
  raise("Expression.Error", `The column '${name}' of the table wasn't found.`, name);
}

/**
 * @param {string} name
 * @returns {never}
 */
export function duplicateColumn(name) {
  raise("Expression.Error", `The field '${name}' already exists in the record.`, MRecord.from({ Name: name }));
}

/** @param {string[]} all */
export function checkDistinct(all) {
  const seen = new Set();
  for (const name of all) {
    if (seen.has(name)) duplicateColumn(name);
    seen.add(name);
  }
}

/**
 * Positions of the columns, of which some may be missing as far as the argument allows.
 *
 * @param {MTable} table
 * @param {string[]} wanted
 * @param {number | null} missing
 * @returns {{ name: string, at: number }[]} `at` is -1 for a column of nulls.
 */
export function locate(table, wanted, missing) {
  const present = table.columnNames;
  const found = wanted.map((name) => ({ name, at: present.indexOf(name) }));
  const mode = missing ?? MISSING.ERROR;
  if (mode === MISSING.ERROR) {
    const lost = found.find(({ at }) => at < 0);
    if (lost !== undefined) noColumn(lost.name);
  }
  return mode === MISSING.IGNORE ? found.filter(({ at }) => at >= 0) : found;
}

/** @param {number} count */
export const numbered = (count) => Array.from({ length: count }, (_, at) => `Column${at + 1}`);

/**
 * What an argument `columns` says: names, a table type, or how many there are. Null if it says nothing.
 *
 * @param {Value} columns
 * @returns {Columns | null}
 */
export function readColumns(columns) {
  if (columns === null) return null;
  if (columns instanceof MType) {
    if (columns.fields === null) return null;
    return [...columns.fields].map(([name, { type }]) => [name, type]);
  }
  const all = typeof columns === "number" ? numbered(columns) : names(columns);
  checkDistinct(all);
  return all.map((name) => [name, ANY]);
}

/**
 * @param {Value} value
 * @returns {MTable}
 */
export function asTable(value) {
  return value instanceof MTable ? value : cannotConvert(value, primitive("table"));
}

/**
 * @param {Value} value
 * @returns {MRecord}
 */
export function asRecord(value) {
  return value instanceof MRecord ? value : cannotConvert(value, primitive("record"));
}

/**
 * @param {Value} value
 * @returns {MList}
 */
export function asList(value) {
  return value instanceof MList ? value : cannotConvert(value, primitive("list"));
}

/**
 * @param {Value} value
 * @returns {MFunction}
 */
export function asFunction(value) {
  return value instanceof MFunction ? value : cannotConvert(value, primitive("function"));
}

/**
 * The error of a slot; null if it has a value.
 *
 * @param {Slot} slot
 * @returns {MError | null}
 */
export function errorOf(slot) {
  try {
    force(slot);
    return null;
  } catch (error) {
    if (error instanceof MError && error.unsupported === null) return error;
    throw error;
  }
}

/**
 * A cell that is computed by a function when it is first asked for.
 *
 * @param {MFunction} callee
 * @param {Slot} argument
 */
export const computed = (callee, argument) => lazy(() => invoke(callee, [argument]));

/**
 * The record's values in the order of the table's columns.
 *
 * @param {MTable} table
 * @param {MRecord} record
 * @returns {Row}
 */
export function rowOf(table, record) {
  return table.columnNames.map((name) => record.slot(name) ?? lazy(() => record.get(name)));
}

/**
 * When two rows are the same: by all columns, by some (each with or without a comparer), or by a function of rows.
 *
 * @param {Value} criteria
 * @returns {(left: MRecord, right: MRecord) => boolean}
 */
export function rowEquation(criteria) {
  if (criteria === null) return equals;
  if (typeof criteria === "string") return (left, right) => equals(left.get(criteria), right.get(criteria));
  if (criteria instanceof MList) {
    const items = criteria.toValues();
    if (items.length === 2 && items[1] instanceof MFunction) {
      const same = equation(items[1]);
      const [selector] = items;
      return (left, right) => same(selected(left, selector), selected(right, selector));
    }
    const all = items.map(rowEquation);
    return (left, right) => all.every((one) => one(left, right));
  }
  return equation(criteria);
}

/**
 * @param {MRecord} record
 * @param {Value} selector A column or a function.
 */
function selected(record, selector) {
  return typeof selector === "string" ? record.get(selector) : invoke(asFunction(selector), [record]);
}

/**
 * Columns that a criteria names, so that rows can be hashed by them; null if only the criteria itself can tell.
 *
 * @param {MTable} table
 * @param {Value} criteria
 * @returns {number[] | null}
 */
export function criteriaColumns(table, criteria) {
  if (criteria === null) return table.columnNames.map((_, at) => at);
  if (typeof criteria === "string") return [table.position(criteria)];
  if (criteria instanceof MList) {
    const items = criteria.toValues();
    if (items.every((item) => typeof item === "string")) return items.map((name) => table.position(name));
  }
  return null;
}

/**
 * What a text among comparison criteria of a table selects.
 *
 * @param {Value} criteria
 * @returns {((record: Slot) => Slot) | null}
 */
export function byColumn(criteria) {
  return typeof criteria === "string" ? (record) => plain(record).get(criteria) : null;
}

