// Columns that hold lists, records or tables.

import { MList, MTable, invoke, lazy, plain } from "../value.mjs";
import { names } from "./arguments.mjs";
import { family } from "./signature.mjs";
import { ANY, asFunction, asList, asRecord, asTable, checkDistinct, tableOf } from "./tabular.mjs";

/**
 * @import { MType } from "../value.mjs"
 * @import { Slot, Value } from "../value/slot.mjs"
 */

/**
 * Replaces a column by others.
 *
 * @param {MTable} table
 * @param {number} at
 * @param {[string, MType][]} columns
 * @param {(slot: Slot) => Iterable<Slot[]>} expand The cells of the new columns, for each row that comes of one.
 */
function replaced(table, at, columns, expand) {
  const before = table.columns;
  checkDistinct([...before.filter((_, one) => one !== at), ...columns].map(([name]) => name));
  return tableOf(
    () => [...before.slice(0, at), ...columns, ...before.slice(at + 1)],
    function* () {
      for (const row of table.rows()) {
        for (const cells of expand(row[at])) yield [...row.slice(0, at), ...cells, ...row.slice(at + 1)];
      }
    },
  );
}

/**
 * The type that a field of a column's values has.
 *
 * @param {MType} type Of the column.
 * @param {string} name
 */
const fieldType = (type, name) => type.fields?.get(name)?.type ?? ANY;

/**
 * @param {MTable} table
 * @param {string} column
 * @param {string[]} wanted
 * @param {Value} newNames
 */
function expandRecord(table, column, wanted, newNames) {
  const at = table.position(column);
  const type = table.columns[at][1];
  const called = newNames === null ? wanted : names(newNames);
  return replaced(table, at, wanted.map((name, number) => [called[number] ?? name, fieldType(type, name)]), function* (slot) {
    // A cell that is an error is an error in each of the new cells.
    const record = lazy(() => plain(slot));
    yield wanted.map((name) =>
      lazy(() => {
        const value = record.force();
        return value === null ? null : (asRecord(value).slot(name) ?? null);
      }));
  });
}

/**
 * @param {MTable} table
 * @param {string} column
 * @param {string[]} wanted
 * @param {Value} newNames
 */
function expandTable(table, column, wanted, newNames) {
  const at = table.position(column);
  const type = table.columns[at][1];
  const called = newNames === null ? wanted : names(newNames);
  return replaced(table, at, wanted.map((name, number) => [called[number] ?? name, fieldType(type, name)]), function* (slot) {
    const value = plain(slot);
    const nested = value === null ? null : asTable(value);
    const positions = nested === null ? [] : wanted.map((name) => nested.indexOf(name));
    let some = false;
    for (const row of nested?.rows() ?? []) {
      some = true;
      yield positions.map((from) => (from < 0 ? null : row[from]));
    }
    if (!some) yield wanted.map(() => null);
  });
}

/** @param {MTable} table @param {string} column */
function expandList(table, column) {
  const at = table.position(column);
  const type = table.columns[at][1].item ?? ANY;
  return replaced(table, at, [[column, type]], function* (slot) {
    const value = plain(slot);
    let some = false;
    // A table counts as the list of its rows.
    for (const item of value === null ? [] : value instanceof MTable ? value.records() : asList(value)) {
      some = true;
      yield [item];
    }
    if (!some) yield [null];
  });
}

/**
 * @param {MTable} table
 * @param {string} column
 * @param {MList} aggregations `{column, function, name}` each.
 */
function aggregate(table, column, aggregations) {
  const at = table.position(column);
  const all = aggregations.toValues().map((one) => {
    const [source, callee, name] = asList(one).toValues();
    return { source, callee: asFunction(callee), name: name ?? source };
  });
  return replaced(table, at, all.map(({ name }) => [name, ANY]), function* (slot) {
    yield all.map(({ source, callee }) =>
      lazy(() => {
        const value = plain(slot);
        if (value === null) return null;
        const nested = asTable(value);
        const from = nested.position(source);
        return invoke(callee, [
          MList.generated(function* () {
            for (const row of nested.rows()) yield row[from];
          }),
        ]);
      }));
  });
}

export const tableExpand = family({
  "Table.ExpandRecordColumn(table as table, column as text, fieldNames as list, optional newColumnNames as nullable list) as table":
    (table, column, fields, newNames) => expandRecord(table, column, names(fields), newNames),

  "Table.ExpandTableColumn(table as table, column as text, columnNames as list, optional newColumnNames as nullable list) as table":
    (table, column, columns, newNames) => expandTable(table, column, names(columns), newNames),

  "Table.ExpandListColumn(table as table, column as text) as table": expandList,

  "Table.AggregateTableColumn(table as table, column as text, aggregations as list) as table": aggregate,
});
