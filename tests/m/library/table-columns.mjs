// Columns of tables: which there are, and how they are called.

import { MFunction, MList, MTable, invoke, lazy, plain, primitive, raise, sameType, tableType } from "../value.mjs";
import { names, pairs } from "./arguments.mjs";
import { hasFold, textKey } from "./comparer.mjs";
import { textFrom } from "./convert.mjs";
import { MISSING } from "./record.mjs";
import { family } from "./signature.mjs";
import {
  ANY, checkDistinct, computed, duplicateColumn, keysThrough, locate, noColumn, numbered, tableOf,
} from "./tabular.mjs";

/**
 * @import { MType } from "../value.mjs"
 * @import { Columns } from "./tabular.mjs"
 * @import { Slot, Value } from "../value/slot.mjs"
 */

/**
 * @param {MTable} table
 * @param {string[]} wanted
 * @param {number | null} missing
 */
function selectColumns(table, wanted, missing) {
  checkDistinct(wanted);
  const lost = wanted.find((name) => table.indexOf(name) < 0);
  if (lost !== undefined && (missing ?? MISSING.ERROR) === MISSING.ERROR) {
    // The reference shows these words, which speak of a record's field.
    raise("Expression.Error", `The field '${lost}' of the record wasn't found.`, lost);
  }
  const found = locate(table, wanted, missing);
  const { columns } = table;
  return tableOf(
    () => found.map(({ name, at }) => [name, at < 0 ? ANY : columns[at][1]]),
    function* () {
      for (const row of table.rows()) yield found.map(({ at }) => (at < 0 ? null : row[at]));
    },
    () => keysThrough(table, (name) => (found.some((one) => one.name === name) ? name : undefined)),
  );
}

/**
 * @param {MTable} table
 * @param {string[]} removed
 * @param {number | null} missing
 */
function removeColumns(table, removed, missing) {
  if ((missing ?? MISSING.ERROR) === MISSING.ERROR) locate(table, removed, MISSING.ERROR);
  const gone = new Set(removed);
  return selectColumns(table, table.columnNames.filter((name) => !gone.has(name)), null);
}

/**
 * The same rows under other names.
 *
 * @param {MTable} table
 * @param {(name: string) => string} rename
 */
function renamed(table, rename) {
  const columns = table.columns.map(([name, type]) => /** @type {[string, MType]} */ ([rename(name), type]));
  checkDistinct(columns.map(([name]) => name));
  const result = new MTable(tableType(columns, keysThrough(table, rename)), () => table.rows()[Symbol.iterator]());
  return result;
}

/**
 * @param {MTable} table
 * @param {Slot} renames
 * @param {number | null} missing
 */
function renameColumns(table, renames, missing) {
  const all = pairs(renames).map((pair) => names(MList.of(pair)));
  const added = [];
  for (const [from, to] of all) {
    if (table.indexOf(from) >= 0) continue;
    if (missing === MISSING.USE_NULL) added.push(to);
    else if (missing !== MISSING.IGNORE) noColumn(from);
  }
  const map = new Map(/** @type {[string, string][]} */ (all));
  const result = renamed(table, (name) => map.get(name) ?? name);
  return added.length === 0 ? result : selectColumns(result, [...result.columnNames, ...added], MISSING.USE_NULL);
}

/**
 * @param {MTable} table
 * @param {string[]} order
 * @param {number | null} missing
 */
function reorderColumns(table, order, missing) {
  const present = table.columnNames;
  const wanted = locate(table, order, missing).map(({ name }) => name);
  const moving = new Set(wanted);
  const queue = [...wanted];
  const all = present.map((name) => (moving.has(name) ? /** @type {string} */ (queue.shift()) : name));
  return selectColumns(table, [...all, ...queue], MISSING.USE_NULL);
}

/**
 * The type that a new column has: as given, or as the function that makes it says.
 *
 * @param {Value} given
 * @param {MFunction} generator
 * @returns {MType}
 */
export function columnType(given, generator) {
  return given ?? generator.type.returns ?? ANY;
}

/**
 * A table with one more column.
 *
 * @param {MTable} table
 * @param {string} name
 * @param {() => MType} type
 * @param {() => (row: Slot[]) => Slot} cells Makes what makes the cells of one enumeration.
 */
export function withColumn(table, name, type, cells) {
  if (table.indexOf(name) >= 0) duplicateColumn(name);
  return tableOf(
    () => [...table.columns, [name, type()]],
    function* () {
      const cell = cells();
      for (const row of table.rows()) yield [...row, cell(row)];
    },
    () => table.keys,
  );
}

/**
 * @param {MTable} table
 * @param {MFunction} generator
 * @param {Value} options
 */
function transformNames(table, generator, options) {
  const most = options?.option("MaxLength") ?? Infinity;
  const comparer = options?.option("Comparer") ?? null;
  const key = hasFold(comparer) ? textKey(comparer) : (/** @type {string} */ name) => name;
  const used = new Set();
  const map = new Map(
    table.columnNames.map((name) => {
      const wanted = String(plain(invoke(generator, [name])));
      let unique = wanted.slice(0, most);
      for (let number = 1; used.has(key(unique)); number += 1) {
        const suffix = String(number);
        unique = wanted.slice(0, Math.max(0, most - suffix.length)) + suffix;
      }
      used.add(key(unique));
      return [name, unique];
    }),
  );
  return renamed(table, (name) => /** @type {string} */ (map.get(name)));
}

/**
 * The first row becomes the names.
 *
 * @param {MTable} table
 * @param {Value} options
 */
function promoteHeaders(table, options) {
  const all = options?.option("PromoteAllScalars") === true;
  const culture = options?.option("Culture") ?? null;
  const header = lazy(() => {
    for (const row of table.rows()) return row;
    return null;
  });
  const columns = () => {
    const row = header.force();
    const used = new Set();
    return table.columns.map(([name, type], at) => {
      const value = row === null ? null : plain(row[at]);
      const promoted = typeof value === "string" || typeof value === "number" || (all && isScalar(value));
      const wanted = row === null ? name : promoted ? textFrom(value, culture) : null;
      const base = wanted === null || wanted === "" ? `Column${at + 1}` : wanted;
      let unique = base;
      for (let number = 1; used.has(unique); number += 1) unique = `${base}_${number}`;
      used.add(unique);
      return /** @type {[string, MType]} */ ([unique, type]);
    });
  };
  return tableOf(columns, function* () {
    let first = true;
    for (const row of table.rows()) {
      if (!first) yield row;
      first = false;
    }
  });
}

/** @param {Value} value */
const isScalar = (value) => value !== null && (typeof value !== "object" || "days" in value || "ticks" in value);

/** @param {MTable} table */
function demoteHeaders(table) {
  return tableOf(
    () => numbered(table.columnNames.length).map((name) => [name, ANY]),
    function* () {
      yield table.columnNames;
      yield* table.rows();
    },
  );
}

export const tableColumns = family({
  "Table.ColumnCount(table as table) as number": (/** @type {MTable} */ table) => table.columnNames.length,

  "Table.ColumnNames(table as table) as list": (table) => MList.of(table.columnNames),

  "Table.ColumnsOfType(table as table, listOfTypes as list) as list": (table, types) => {
    const wanted = types.toValues();
    return MList.of(
      table.columns
        .filter((/** @type {[string, MType]} */ [, type]) =>
          wanted.some((/** @type {MType} */ one) => sameType(one, type)))
        .map((/** @type {[string, MType]} */ [name]) => name),
    );
  },

  "Table.HasColumns(table as table, columns as any) as logical": (table, columns) =>
    names(columns).every((name) => table.indexOf(name) >= 0),

  "Table.SelectColumns(table as table, columns as any, optional missingField as nullable number) as table": (
    table,
    columns,
    missing,
  ) => selectColumns(table, names(columns), missing),

  "Table.RemoveColumns(table as table, columns as any, optional missingField as nullable number) as table": (
    table,
    columns,
    missing,
  ) => removeColumns(table, names(columns), missing),

  "Table.RenameColumns(table as table, renames as list, optional missingField as nullable number) as table":
    renameColumns,

  "Table.ReorderColumns(table as table, columnOrder as list, optional missingField as nullable number) as table": (
    table,
    order,
    missing,
  ) => reorderColumns(table, names(order), missing),

  "Table.PrefixColumns(table as table, prefix as text) as table": (table, prefix) =>
    renamed(table, (name) => `${prefix}.${name}`),

  "Table.TransformColumnNames(table as table, nameGenerator as function, optional options as nullable record) as table":
    transformNames,

  "Table.PromoteHeaders(table as table, optional options as nullable record) as table": promoteHeaders,

  "Table.DemoteHeaders(table as table) as table": demoteHeaders,

  "Table.AddColumn(table as table, newColumnName as text, columnGenerator as function, optional columnType as nullable type) as table":
    (table, name, generator, type) =>
      withColumn(table, name, () => columnType(type, generator), () => (row) => computed(generator, table.record(row))),

  "Table.DuplicateColumn(table as table, columnName as text, newColumnName as text, optional columnType as nullable type) as table":
    (table, column, name, type) => {
      const at = table.position(column);
      return withColumn(table, name, () => type ?? table.columns[at][1], () => (row) => row[at]);
    },

  "Table.AddIndexColumn(table as table, newColumnName as text, optional initialValue as nullable number, optional increment as nullable number, optional columnType as nullable type) as table":
    (table, name, initial, increment, type) =>
      withColumn(table, name, () => type ?? primitive("number"), () => {
        let next = initial ?? 0;
        return () => {
          const own = next;
          next += increment ?? 1;
          return own;
        };
      }),

  "Table.CombineColumns(table as table, sourceColumns as list, combiner as function, column as text) as table": (
    table,
    sources,
    combiner,
    column,
  ) => {
    const wanted = names(sources);
    return combineColumns(table, wanted, column, (cells) => lazy(() => invoke(combiner, [MList.of(cells)])), ANY);
  },

  "Table.CombineColumnsToRecord(table as table, newColumnName as text, sourceColumns as list, optional options as nullable record) as table":
    (table, name, sources) => {
      const wanted = names(sources);
      const selected = selectColumns(table, wanted, null);
      return combineColumns(table, wanted, name, (cells) => selected.record(cells), selected.rowType);
    },
});

/**
 * Columns become one, which stands where the first of them stood.
 *
 * @param {MTable} table
 * @param {string[]} wanted
 * @param {string} name
 * @param {(cells: Slot[]) => Slot} combine
 * @param {MType} type
 */
function combineColumns(table, wanted, name, combine, type) {
  const sources = locate(table, wanted, null).map(({ at }) => at);
  const first = Math.min(...sources);
  /** @type {(number | null)[]} Null is the new column. */
  const layout = [];
  table.columnNames.forEach((_, at) => {
    if (at === first) layout.push(null);
    else if (!sources.includes(at)) layout.push(at);
  });
  const { columns } = table;
  const made = layout.map((at) => (at === null ? /** @type {[string, MType]} */ ([name, type]) : columns[at]));
  checkDistinct(made.map(([one]) => one));
  return tableOf(() => made, function* () {
    for (const row of table.rows()) {
      const cell = combine(sources.map((at) => row[at]));
      yield layout.map((at) => (at === null ? cell : row[at]));
    }
  });
}
