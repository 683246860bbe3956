// Cells of tables: converted, replaced, filled.

import { MFunction, MList, MTable, equals, makeNullable, invoke, lazy, plain, raise, tableType } from "../value.mjs";
import { combineTables } from "../value/table.mjs";
import { names, pairs } from "./arguments.mjs";
import { conversions } from "./convert.mjs";
import { MISSING } from "./record.mjs";
import { family } from "./signature.mjs";
import {
  ANY, asFunction, asTable, computed, errorOf, keptRows, locate, noColumn, readColumns, tableOf, withRows,
} from "./tabular.mjs";

/**
 * @import { Engine } from "../engine.mjs"
 * @import { MType } from "../value.mjs"
 * @import { Slot, Value } from "../value/slot.mjs"
 * @import { Row } from "../value/table.mjs"
 */

/**
 * A table in which some columns are changed.
 *
 * @param {MTable} table
 * @param {Map<number, { cell: (slot: Slot, row: Row) => Slot, type: MType | null }>} changes By position of column;
 *   a type of null stays as it was.
 */
export function changeCells(table, changes) {
  return tableOf(
    () => table.columns.map(([name, type], at) => [name, changes.get(at)?.type ?? type]),
    function* () {
      for (const row of table.rows()) {
        yield row.map((slot, at) => changes.get(at)?.cell(slot, row) ?? (changes.has(at) ? null : slot));
      }
    },
    () => table.keys,
  );
}

/**
 * @param {MTable} table
 * @param {Slot} operations
 * @param {MFunction | null} otherwise
 * @param {number | null} missing
 */
function transformColumns(table, operations, otherwise, missing) {
  /** @type {Map<number, { cell: (slot: Slot) => Slot, type: MType | null }>} */
  const changes = new Map();
  /** @type {{ name: string, change: { cell: (slot: Slot) => Slot, type: MType } }[]} */
  const added = [];
  for (const [name, operation, type] of pairs(operations).map((one) => one.map(plain))) {
    const at = table.indexOf(name);
    const callee = asFunction(operation);
    const change = { cell: (/** @type {Slot} */ slot) => computed(callee, slot), type: type ?? ANY };
    if (at >= 0) changes.set(at, change);
    else if (missing === MISSING.USE_NULL) added.push({ name, change });
    else if (missing !== MISSING.IGNORE) noColumn(name);
  }
  if (otherwise !== null) {
    table.columnNames.forEach((_, at) => {
      if (!changes.has(at)) changes.set(at, { cell: (slot) => computed(otherwise, slot), type: ANY });
    });
  }
  if (added.length === 0) return changeCells(table, changes);
  added.forEach(({ change }, at) => changes.set(table.columnNames.length + at, change));
  return changeCells(withNulls(table, added.map(({ name }) => [name, ANY])), changes);
}

/**
 * A table with more columns, of which all cells are null.
 *
 * @param {MTable} table
 * @param {[string, MType][]} added
 */
function withNulls(table, added) {
  return tableOf(
    () => [...table.columns, ...added],
    function* () {
      for (const row of table.rows()) yield [...row, ...added.map(() => null)];
    },
    () => table.keys,
  );
}

/**
 * @param {Engine} engine
 * @param {MTable} table
 * @param {Slot} types
 * @param {Value} cultureOrOptions
 */
function transformTypes(engine, table, types, cultureOrOptions) {
  const isRecord = cultureOrOptions !== null && typeof cultureOrOptions === "object";
  const culture = isRecord ? cultureOrOptions.option("Culture") : cultureOrOptions;
  const missing = isRecord ? cultureOrOptions.option("MissingField") : null;
  /** @type {Map<number, { cell: (slot: Slot) => Slot, type: MType | null }>} */
  const changes = new Map();
  /** @type {[string, MType][]} */
  const added = [];
  for (const [name, type, own] of pairs(types).map((one) => one.map(plain))) {
    const at = table.indexOf(name);
    if (at < 0) {
      if (missing === MISSING.USE_NULL) added.push([name, makeNullable(type)]);
      else if (missing !== MISSING.IGNORE) noColumn(name);
      continue;
    }
    const convert = conversions(engine).to(type, own ?? culture);
    if (convert === null) changes.set(at, { cell: (slot) => slot, type });
    else changes.set(at, { cell: (slot) => lazy(() => convert(plain(slot))), type: makeNullable(type) });
  }
  const changed = changeCells(table, changes);
  return added.length === 0 ? changed : withNulls(changed, added);
}

/**
 * @param {MTable} table
 * @param {Value} old A value, or a function of the row.
 * @param {Value} replacement
 * @param {MFunction} replacer
 * @param {string[]} columns
 */
function replaceValue(table, old, replacement, replacer, columns) {
  const wanted = locate(table, columns, null);
  /** @param {Value} given @param {Row} row */
  const resolve = (given, row) => (given instanceof MFunction ? invoke(given, [table.record(row)]) : given);
  return changeCells(
    table,
    new Map(
      wanted.map(({ at }) => [
        at,
        {
          cell: (/** @type {Slot} */ slot, /** @type {Row} */ row) =>
            lazy(() => invoke(replacer, [slot, resolve(old, row), resolve(replacement, row)])),
          type: null,
        },
      ]),
    ),
  );
}

/**
 * @param {MTable} table
 * @param {string[]} columns
 * @param {(rows: Row[]) => Row[]} direction
 */
function fill(table, columns, direction) {
  const wanted = locate(table, columns, null).map(({ at }) => at);
  return withRows(table, function* () {
    /** @type {Map<number, Slot>} */
    const last = new Map();
    const filled = direction([...table.rows()]).map((row) =>
      row.map((slot, at) => {
        if (!wanted.includes(at)) return slot;
        const wrong = errorOf(slot) !== null;
        if (!wrong && plain(slot) === null) return last.get(at) ?? null;
        last.set(at, slot);
        return slot;
      }));
    yield* direction(filled);
  });
}

/**
 * Clears what a row repeats of the one before it: all of the columns, or none.
 *
 * @param {MTable} table
 * @param {string[]} columns
 */
function clearDown(table, columns) {
  const wanted = locate(table, columns, null).map(({ at }) => at);
  return withRows(table, function* () {
    /** @type {Row | null} */
    let before = null;
    for (const row of table.rows()) {
      const last = before;
      const repeated = last !== null && wanted.every((at) => equals(row[at], last[at]));
      before = row;
      yield repeated ? row.map((slot, at) => (wanted.includes(at) ? null : slot)) : row;
    }
  });
}

/** @param {Row[]} rows */
const reversed = (rows) => [...rows].reverse();

/** @param {MTable} table @param {Value} columns */
function transpose(table, columns) {
  const given = readColumns(columns);
  /** @type {Row[] | null} */
  let rows = null;
  const kept = () => (rows ??= [...table.rows()]);
  return tableOf(
    () => given ?? kept().map((_, at) => [`Column${at + 1}`, ANY]),
    function* () {
      const all = table.toArray();
      for (let at = 0; at < table.columnNames.length; at += 1) yield all.map((row) => row[at]);
    },
  );
}

/** @param {MList} tables @param {Value} columns */
function combine(tables, columns) {
  const given = readColumns(columns);
  const combined = combineTables(tables.toValues().map(asTable));
  if (given === null) return combined;
  return tableOf(
    () => given,
    function* () {
      const at = given.map(([name]) => combined.indexOf(name));
      for (const row of combined.rows()) yield at.map((from) => (from < 0 ? null : row[from]));
    },
  );
}

/**
 * Every cell is evaluated once; an error stays in its cell.
 *
 * @param {MTable} table
 */
function buffer(table) {
  const rows = [...table.rows()];
  for (const row of rows) for (const slot of row) errorOf(slot);
  return keptRows(table, rows);
}

/** @param {MTable} table @param {Slot} replacements */
function replaceErrorValues(table, replacements) {
  return changeCells(
    table,
    new Map(
      pairs(replacements).map(([nameSlot, replacement]) => [
        table.position(names(nameSlot)[0]),
        {
          cell: (/** @type {Slot} */ slot) => lazy(() => (errorOf(slot) === null ? slot : replacement)),
          type: null,
        },
      ]),
    ),
  );
}

/**
 * @param {MTable} table
 * @param {MType} type
 */
export function withTableType(table, type) {
  if (type.fields === null) return table;
  if (type.fields.size !== table.columnNames.length) {
    raise("Expression.Error", "The table type has another number of columns than the table.", type);
  }
  return new MTable(tableType([...type.fields].map(([name, field]) => [name, field.type]), type.keys), () =>
    table.rows()[Symbol.iterator]());
}

/** @param {Engine} engine */
export const tableTransform = (engine) =>
  family({
    "Table.TransformColumns(table as table, transformOperations as list, optional defaultTransformation as nullable function, optional missingField as nullable number) as table":
      transformColumns,

    "Table.TransformColumnTypes(table as table, typeTransformations as list, optional culture as any) as table": (
      table,
      types,
      culture,
    ) => transformTypes(engine, table, types, culture),

    "Table.ReplaceValue(table as table, oldValue as any, newValue as any, replacer as function, columnsToSearch as list) as table":
      (table, old, replacement, replacer, columns) => replaceValue(table, old, replacement, replacer, names(columns)),

    "Table.ReplaceErrorValues(table as table, errorReplacement as list) as table": replaceErrorValues,

    "Table.FillDown(table as table, columns as list) as table": (table, columns) =>
      fill(table, names(columns), (rows) => rows),

    "Table.FillUp(table as table, columns as list) as table": (table, columns) => fill(table, names(columns), reversed),

    "Table.ClearDown(table as table, columns as list) as table": (table, columns) => clearDown(table, names(columns)),

    "Table.Transpose(table as table, optional columns as any) as table": transpose,

    "Table.Combine(tables as list, optional columns as any) as table": combine,

    "Table.Buffer(table as table, optional options as nullable record) as table": buffer,

    "Table.StopFolding(table as table) as table": (table) => table,

    "Table.WithErrorContext(value as any, context as text) as any": (value) => value,

    "Table.ConformToPageReader(table as table, shapingFunction as function) as table": (table, shape) =>
      asTable(plain(invoke(shape, [table]))),
  });
